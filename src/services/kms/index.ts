// The door of KMS.
export { DataKeys, type KmsRefusal } from './data-keys.ts';
export { RequestQuota } from './request-quota.ts';
