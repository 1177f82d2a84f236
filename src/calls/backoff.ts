import type { Uniforms } from '../kernel/index.ts';
import type { Backoff } from './settings.ts';

/**
 * Wait before retry `retry` (0 for the first), in whole microseconds. With n = min(cap, base·factor^retry): none gives n, full U·n, equal
 * n/2 + U·n/2, decorrelated min(cap, base + U·(3·previous − base)) (AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).
 */
export function backoffUs(backoff: Backoff, retry: number, previousUs: number, uniforms: Uniforms): number {
  if (backoff.jitter === 'decorrelated') {
    const before = previousUs > 0 ? previousUs : backoff.baseUs;
    const spread = Math.max(0, 3 * before - backoff.baseUs);
    return Math.floor(Math.min(backoff.capUs, backoff.baseUs + uniforms.uniform() * spread));
  }
  let wait = backoff.baseUs;
  for (let i = 0; i < retry && wait < backoff.capUs; i++) wait *= backoff.factor;
  wait = Math.min(backoff.capUs, wait);
  if (backoff.jitter === 'full') return Math.floor(uniforms.uniform() * wait);
  if (backoff.jitter === 'equal') return Math.floor(wait / 2 + uniforms.uniform() * (wait / 2));
  return Math.floor(wait);
}
