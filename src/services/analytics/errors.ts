/** The errors an application answers with, by AWS's codes; the texts are assumed. */
import type { AnalyticsError, ApplicationStatus } from './operations.ts';

export const analyticsErrors = {
  inUse: (name: string, status: ApplicationStatus | 'restarting'): AnalyticsError => ({
    code: 'ResourceInUseException',
    message: `Application ${name} is ${status}; expected RUNNING.`,
  }),
  parallelism: (asked: number): AnalyticsError => ({
    code: 'InvalidArgumentException',
    message: `Parallelism ${asked}: expected a whole number, at least 1.`,
  }),
  tooParallel: (asked: number, most: number): AnalyticsError => ({
    code: 'LimitExceededException',
    message: `Parallelism ${asked}: expected ${most} at most.`,
  }),
} as const;

/** A programmer's error: thrown, never answered. */
export class AnalyticsModelError extends Error {
  readonly code: 'bad-setting' | 'no-split';

  constructor(code: AnalyticsModelError['code'], message: string) {
    super(message);
    this.name = 'AnalyticsModelError';
    this.code = code;
  }
}
