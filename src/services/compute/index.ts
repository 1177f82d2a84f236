export { type Impairment, type Part, Service, type ServicePorts } from './service.ts';
export type { Balance, Discipline, ServiceSettings, Slowdown } from './settings.ts';
