/** Who calls whom under which rules: policies, data keys and the log of calls, around what services offer. */
export { Access, type AccessPorts } from './access.ts';
export { ApiLog } from './api-log.ts';
export { defaultQueuePolicy } from './default-policies.ts';
export { type Denial, denialsOf } from './denials.ts';
