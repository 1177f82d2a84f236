/** Instants of arrival in microseconds since the start, with fractions, never descending; Infinity once none is left. */
export interface ArrivalProcess {
  next(): number;
}
