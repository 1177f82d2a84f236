// Filter policies of SNS subscriptions.
export { type DrawnAttribute, FilterPolicy } from './filter-policy.ts';
export type { MessageAttribute } from './match.ts';
export { BadFilterPolicy } from './parse.ts';
export type { FilterPolicyScope } from './policy.ts';
