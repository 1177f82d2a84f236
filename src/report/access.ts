/** Who was turned away, and what KMS did, in sentences with numbers. */
import type { Denial, DesignResult, Metric } from '../experiment/result.ts';
import { count, duration, share } from './format.ts';

/** Of one design; empty where nobody was turned away. */
export function accessSentences(design: DesignResult): string[] {
  return Object.entries(design.resources).flatMap(([name, { metrics, denials = [] }]) => [
    ...deniedSentences(name, denials, metrics['NumberOfDeniedCalls']),
    ...kmsSentences(name, metrics['NumberOfKmsCalls'], metrics['NumberOfKmsThrottledCalls']),
  ]);
}

function deniedSentences(name: string, denials: readonly Denial[], denied: Metric | undefined): string[] {
  const calls = denied?.sum ?? 0;
  if (calls === 0) return [];
  const why = denials.map(
    ({ caller, action, because, fromMs }) =>
      `${caller} may not ${action}${fromMs === null ? '' : ` from ${duration(fromMs)} on`}: ${because}`,
  );
  return [`Access: ${count(calls)} calls to ${name} were denied${why.length === 0 ? '' : ` (${why.join('; ')})`}.`];
}

function kmsSentences(name: string, calls: Metric | undefined, throttled: Metric | undefined): string[] {
  const asked = calls?.sum ?? 0;
  const refused = throttled?.sum ?? 0;
  if (refused === 0) return [];
  return [
    `Access: KMS refused ${share(refused / asked)} of the ${count(asked)} requests that ${name} made for data keys: its quota was used up.`,
  ];
}
