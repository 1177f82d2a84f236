// The door of access policies.
export {
  type AccessRequest,
  type AppliedPolicies,
  type Decision,
  evaluate,
  type Principal,
  type Verdict,
} from './evaluate.ts';
export { BadPolicy, parsePolicy, type PolicyKind } from './parse.ts';
export type { Context, Policy } from './policy.ts';
