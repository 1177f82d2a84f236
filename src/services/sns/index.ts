// The door of SNS.
export {
  BadFilterPolicy,
  type DrawnAttribute,
  FilterPolicy,
  type FilterPolicyScope,
  type MessageAttribute,
} from './filter/index.ts';
