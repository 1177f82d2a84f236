/**
 * Closed forms of queueing theory, to test the simulator and to show beside its results. Kendall notation A/S/c/K, where
 * K counts all places, those in service too. Rates are per unit of time, times in the same unit; words as in the textbook:
 * L and Lq mean number in the system and in the queue, W and Wq mean sojourn and waiting time, rho the utilisation.
 */
import { StatsError } from './errors.ts';

export interface Queue {
  readonly rho: number;
  readonly L: number;
  readonly Lq: number;
  readonly W: number;
  readonly Wq: number;
}

/** Probability that an arrival is lost in M/G/c/c with offered load `a` erlangs (Erlang B), c >= 0. */
export function erlangB(c: number, a: number): number {
  checkWhole('servers', c, 0);
  checkPositive('offered load', a);
  let blocked = 1;
  for (let k = 1; k <= c; k++) blocked = (a * blocked) / (k + a * blocked);
  return blocked;
}

/** Probability that an arrival has to wait in M/M/c with offered load `a` < c erlangs (Erlang C). */
export function erlangC(c: number, a: number): number {
  checkWhole('servers', c, 1);
  checkStable(a / c);
  const b = erlangB(c, a);
  return b / (1 - (a / c) * (1 - b));
}

export interface MM1 extends Queue {
  /** p-quantile of the sojourn time. */
  sojournQuantile(p: number): number;
  /** P(N >= n), number in the system. */
  atLeast(n: number): number;
}

/** M/M/1 with arrival rate `lambda` < service rate `mu`. */
export function mm1(lambda: number, mu: number): MM1 {
  const queue = mmc(lambda, mu, 1);
  return {
    rho: queue.rho,
    L: queue.L,
    Lq: queue.Lq,
    W: queue.W,
    Wq: queue.Wq,
    sojournQuantile: (p) => -Math.log1p(-p) / (mu - lambda),
    atLeast: (n) => power(queue.rho, n),
  };
}

export interface MMc extends Queue {
  /** Probability that an arrival has to wait. */
  readonly waits: number;
  /** p-quantile of the waiting time (0 for those who need not wait). */
  waitQuantile(p: number): number;
}

/** M/M/c with `c` servers of rate `mu` each, lambda < c · mu. */
export function mmc(lambda: number, mu: number, c: number): MMc {
  checkPositive('arrival rate', lambda);
  checkPositive('service rate', mu);
  const a = lambda / mu;
  const waits = erlangC(c, a);
  const spare = c * mu - lambda;
  const Wq = waits / spare;
  return {
    ...little(lambda, 1 / mu, Wq, a / c),
    waits,
    waitQuantile: (p) => (p <= 1 - waits ? 0 : Math.log(waits / (1 - p)) / spare),
  };
}

export interface MMcK extends Queue {
  /** Probability that an arrival finds all places taken. */
  readonly blocked: number;
  /** Those let in, per unit of time; W and Wq are theirs. */
  readonly throughput: number;
}

/** M/M/c/K with `places` >= c in all, any load. */
export function mmck(lambda: number, mu: number, c: number, places: number): MMcK {
  checkPositive('arrival rate', lambda);
  checkPositive('service rate', mu);
  checkWhole('servers', c, 1);
  checkWhole('places', places, c);
  let weight = 1;
  let weights = 0;
  let number = 0;
  let waiting = 0;
  for (let n = 0; n <= places; n++) {
    if (n > 0) weight *= lambda / (mu * Math.min(n, c));
    weights += weight;
    number += n * weight;
    waiting += Math.max(0, n - c) * weight;
  }
  const blocked = weight / weights;
  const throughput = lambda * (1 - blocked);
  const L = number / weights;
  const Lq = waiting / weights;
  return { rho: (L - Lq) / c, L, Lq, W: L / throughput, Wq: Lq / throughput, blocked, throughput };
}

/** M/M/1/K. */
export function mm1k(lambda: number, mu: number, places: number): MMcK {
  return mmck(lambda, mu, 1, places);
}

/** M/G/1 (Pollaczek-Khinchine): mean service time and its squared coefficient of variation `scv`. */
export function mg1(lambda: number, meanService: number, scv: number): Queue {
  checkPositive('arrival rate', lambda);
  checkPositive('mean service time', meanService);
  if (!(scv >= 0)) throw new StatsError('THEORY_VALUE', `squared coefficient of variation ${scv}: expected >= 0`);
  const rho = lambda * meanService;
  checkStable(rho);
  return little(lambda, meanService, (rho * meanService * (1 + scv)) / (2 * (1 - rho)), rho);
}

/** M/D/1: constant service time. */
export function md1(lambda: number, service: number): Queue {
  return mg1(lambda, service, 0);
}

/** M/Ek/1: Erlang service time of k phases. */
export function mek1(lambda: number, meanService: number, k: number): Queue {
  checkWhole('phases', k, 1);
  return mg1(lambda, meanService, 1 / k);
}

export interface Station {
  /** Arrivals from outside per unit of time. */
  readonly external: number;
  readonly mu: number;
  /** Default 1. */
  readonly servers?: number;
  /** Probabilities to go to each station (in their order) after service; the rest leaves. */
  readonly routing: readonly number[];
}

export interface JacksonNetwork {
  /** One a station; `lambda` is its arrival rate, returns included. */
  readonly stations: readonly (MMc & { readonly lambda: number })[];
  readonly L: number;
  /** Mean time from entering to leaving the network. */
  readonly W: number;
}

/** Open Jackson network: each station behaves like M/M/c at the rate that solves the traffic equations. */
export function jackson(network: readonly Station[]): JacksonNetwork {
  const rates = trafficEquations(network);
  const stations = network.map((station, i) => {
    const lambda = rates[i] as number;
    return { ...mmc(lambda, station.mu, station.servers ?? 1), lambda };
  });
  let L = 0;
  let external = 0;
  stations.forEach((station, i) => {
    L += station.L;
    external += network[i]?.external ?? 0;
  });
  return { stations, L, W: L / external };
}

/** Stations in a row, one server each. */
export function tandem(lambda: number, mus: readonly number[]): JacksonNetwork {
  return jackson(
    mus.map((mu, i) => ({
      external: i === 0 ? lambda : 0,
      mu,
      routing: mus.map((_, j) => (j === i + 1 ? 1 : 0)),
    })),
  );
}

/** One station of one server that is visited again with probability `back`. */
export function feedback(lambda: number, mu: number, back: number): JacksonNetwork {
  return jackson([{ external: lambda, mu, routing: [back] }]);
}

/** Solves rate = external + Σ rate · routing by elimination with row exchange. */
function trafficEquations(network: readonly Station[]): number[] {
  const n = network.length;
  const rows = network.map((station, i) => {
    const row = network.map((from, j) => (i === j ? 1 : 0) - (from.routing[i] ?? 0));
    return [...row, station.external];
  });
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(cell(rows, i, k)) > Math.abs(cell(rows, pivot, k))) pivot = i;
    const [above, below] = [rows[k] as number[], rows[pivot] as number[]];
    rows[k] = below;
    rows[pivot] = above;
    if (Math.abs(cell(rows, k, k)) < 1e-12) {
      throw new StatsError('THEORY_ROUTING', 'Jackson network: what enters never leaves; expected an open network');
    }
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = cell(rows, i, k) / cell(rows, k, k);
      for (let j = k; j <= n; j++) (rows[i] as number[])[j] = cell(rows, i, j) - factor * cell(rows, k, j);
    }
  }
  return rows.map((row, i) => (row[n] as number) / (row[i] as number));
}

function cell(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows[i]?.[j] ?? Number.NaN;
}

function little(lambda: number, service: number, Wq: number, rho: number): Queue {
  const W = Wq + service;
  return { rho, L: lambda * W, Lq: lambda * Wq, W, Wq };
}

/** x to a whole power >= 0 by repeated products: `Math.pow` differs between Node versions. */
function power(x: number, n: number): number {
  let product = 1;
  for (let i = 0; i < n; i++) product *= x;
  return product;
}

function checkPositive(what: string, value: number): void {
  if (!(value > 0)) throw new StatsError('THEORY_VALUE', `${what} ${value}: expected a number > 0`);
}

function checkWhole(what: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new StatsError('THEORY_VALUE', `${what} ${value}: expected a whole number from ${least} on`);
  }
}

function checkStable(rho: number): void {
  if (!(rho < 1))
    throw new StatsError('THEORY_UNSTABLE', `utilisation ${rho}: expected under 1, the queue grows for ever`);
}
