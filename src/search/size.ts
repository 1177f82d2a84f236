/** How large a counterexample is: what somebody has to read and to think through. */
import { type Document, leavesOf, placesOf } from './document.ts';

/** Compared from the front. */
export type Size = readonly number[];

/** Up to so many messages anybody can follow: then it counts more how much there is to read. */
const FEW = 5;

export function sizeOf(document: Document, messages: number): Size {
  let text = 0;
  for (const { value } of leavesOf(document)) text += complexity(String(value));
  const settings = [...placesOf(document)].length;
  return [Math.max(FEW, messages), settings, messages, text];
}

export function isSmaller(a: Size, b: Size): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Short texts first; among equally short ones those of small digits: 1s, 2s, 10s, 1.5s, 90ms, 1234ms. */
function complexity(text: string): number {
  let digits = 0;
  for (const character of text) if (character >= '0' && character <= '9') digits += Number(character);
  return text.length * 100 + digits;
}
