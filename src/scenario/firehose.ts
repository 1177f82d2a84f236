/** Whether traffic, topics and streams fit the delivery streams that they go to. */
import { firehoseFacts } from '../facts/index.ts';
import type { DeliveryStreamSettings } from '../services/firehose/settings.ts';
import type { TrafficSettings } from '../workload/settings.ts';
import type { Finding } from './document.ts';
import type { Names } from './names.ts';
import type { ResolvedDesign } from './resolved.ts';

export function deliveryStreamsOf({ resources }: Pick<ResolvedDesign, 'resources'>): DeliveryStreamSettings[] {
  return resources.filter((one) => one.type === 'firehose');
}

export function checkDeliveryStreams(
  traffic: readonly TrafficSettings[],
  designs: readonly ResolvedDesign[],
  names: Names,
  findings: Finding[],
): void {
  for (const design of designs) {
    const named = names.designs.find(({ name }) => name === design.name);
    if (named === undefined) continue;
    for (const stream of deliveryStreamsOf(design)) {
      const { name, source } = stream;
      const entering = design.entries.filter(({ resource }) => resource === name);
      if (source !== null) {
        const expected = `another resource, or no source on ${name}: a delivery stream that reads a stream refuses puts`;
        for (const entry of entering) {
          const path = [...named.path, 'traffic', entry.traffic];
          findings.push({ code: 'wrong-reference', path, value: name, expected });
        }
        for (const topic of design.resources) {
          if (topic.type !== 'sns') continue;
          const at = topic.subscriptions.findIndex(({ to }) => to === name);
          const path = named.resources.find((one) => one.name === topic.name)?.path;
          if (at >= 0 && path !== undefined)
            findings.push({ code: 'wrong-reference', path: [...path, 'subscriptions', at, 'to'], expected });
        }
      }
      for (const entry of entering) {
        const one = traffic.find((other) => other.name === entry.traffic);
        if (one !== undefined) checkTraffic(one, stream, findings);
      }
    }
  }
}

function checkTraffic({ name, size, key }: TrafficSettings, stream: DeliveryStreamSettings, findings: Finding[]): void {
  if (size.kind === 'constant' && size.value > firehoseFacts.recordMaxBytes.value) {
    const expected = `a record of at most 1000KiB, as it enters ${stream.name} (limits of Firehose)`;
    findings.push({ code: 'out-of-range', path: ['traffic', name, 'size'], expected });
  }
  if (stream.partitions !== null && key === null) {
    const expected = `a key for each request, such as { uniform: { keys: 100 } }: it is the partition in ${stream.name}`;
    findings.push({ code: 'missing', path: ['traffic', name, 'key'], expected });
  }
}
