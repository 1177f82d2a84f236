// The facts' door: numbers of AWS with unit, source, date and how sure they are.

export type { Fact } from './fact.ts';
export { sqsFactList, sqsFacts } from './sqs.ts';
