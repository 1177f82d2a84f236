export { Cache } from './cache.ts';
export type { Impairment, Part } from './impairments.ts';
export type { ServiceUse } from './server-use.ts';
export { Service, type ServicePorts } from './service.ts';
export type { Balance, Discipline, ServiceSettings, Slowdown } from './settings.ts';
