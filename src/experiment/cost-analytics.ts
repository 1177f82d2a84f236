/** What Managed Service for Apache Flink bills for: KPUs by the hour, one more for orchestration, and the storage of those that run. */
import { flinkFacts, PRICES, priceFacts } from '../facts/index.ts';
import type { ApplicationSettings } from '../services/analytics/settings.ts';
import type { Meter } from './cost-usage.ts';

export const meterAnalytics: Meter<ApplicationSettings> = (metered) => {
  const { hours } = metered;
  const kpuHours = (metered.metric('KPUs')?.mean ?? 0) * hours;
  const { kpuStorageGb, orchestrationKpus } = flinkFacts;
  return [
    { item: 'KPUs', quantity: kpuHours, price: PRICES.analyticsKpuHours },
    { item: 'KPU for orchestration', quantity: orchestrationKpus.value * hours, price: PRICES.analyticsKpuHours },
    {
      item: 'running storage',
      quantity: (kpuHours * kpuStorageGb.value) / priceFacts.monthHours.value,
      price: PRICES.analyticsStorageGbMonths,
    },
  ];
};
