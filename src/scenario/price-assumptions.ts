/** What a design's cost rests on. */
import { priceFacts } from '../facts/index.ts';
import type { Assumption, ResolvedScenario, ResourceSettings } from './resolved.ts';

const DAY_US = 86_400_000_000;

export function ofPrices(resources: readonly ResourceSettings[], scenario: ResolvedScenario): Assumption[] {
  const found: Assumption[] = [];
  const say = (who: readonly { readonly name: string }[], text: string, source: string): void => {
    if (who.length > 0) found.push({ about: namesOf(who), text, source });
  };
  const { fargateVcpuHour, fargateGbHour, fargateLeastVcpu, placesPerVcpu, gbPerVcpu } = priceFacts;
  const instances = resources.flatMap((one) =>
    'price' in one && one.price?.source === 'assumed' ? [{ name: one.name, price: one.price.usdPerHour }] : [],
  );
  say(
    instances,
    `No price is given: an instance (replica) is paid for as a Fargate task with a vCPU for each ${placesPerVcpu.value} messages (servers) that it works on at once, ${fargateLeastVcpu.value} at least, and ${gbPerVcpu.value} GB to the vCPU, at ${fargateVcpuHour.value} USD a vCPU-hour and ${fargateGbHour.value} a GB-hour: ${instances.map(({ name, price }) => `${name} ${Number(price.toPrecision(3))}/h`).join(', ')}. Whether it is busy or idle makes no difference.`,
    `assumed size; prices: ${fargateVcpuHour.source} (${fargateVcpuHour.date})`,
  );
  say(
    resources.filter(({ type }) => type === 'sqs'),
    'Every request that SQS takes is billed, by chunks of 64 KB of what is sent or received; calls that it refuses are taken to be free.',
    'assumed',
  );
  const { monthHours } = priceFacts;
  say(
    resources.filter(({ type }) => type === 'analytics'),
    `It has run before the window and runs on after it, so the ten minutes that AWS bills of each start at least do not show; storage is that of ${monthHours.value} hours a month. Snapshots are not billed here.`,
    'model',
  );
  say(
    resources.filter((one) => one.type === 'video' && one.dataRetentionHours > 0),
    'What is kept is billed as if its cameras had always sent as in the window; the price of the hot tier holds for both.',
    'model',
  );
  const functions = resources.filter((one) => one.type === 'lambda');
  say(
    functions,
    'An invocation is billed to the millisecond for its cold start and its duration, by the memory of the function on x86; calls that are throttled are free.',
    `${priceFacts.lambdaInitBilled.source} (${priceFacts.lambdaInitBilled.date})`,
  );
  say(
    functions.filter(({ provisioned }) => provisioned !== null),
    'The event pollers of its provisioned mode cost nothing here; AWS charges for them by the hour.',
    'model',
  );
  say(
    resources.filter((one) => one.type === 'service' && one.cache !== null),
    'Its cache costs nothing here.',
    'model',
  );
  found.push({
    about: 'cost',
    text: 'Not priced: transfer (free within a Region), load balancers, storage, logs, alarms, support. List prices of us-east-1 on demand, without discounts.',
    source: 'model',
  });
  const windowUs = scenario.horizonUs - scenario.warmupUs;
  if (scenario.prices.freeTier) {
    found.push({
      about: 'cost',
      text: 'The free tier is this design’s alone, and a run has its part of the month’s allowance.',
      source: 'assumed',
    });
  }
  if (windowUs >= DAY_US && scenario.study === 'terminating') {
    found.push({
      about: 'cost',
      text: `The cost of a month, and the tiers that depend on it, take all ${priceFacts.monthHours.value} hours to be as those of the run.`,
      source: 'model',
    });
  }
  return found;
}

function namesOf(resources: readonly { readonly name: string }[]): string {
  return [...new Set(resources.map(({ name }) => name))].join(', ');
}
