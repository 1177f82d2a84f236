/** The property of topic-properties.test.ts notices a topic with one thing wrong. Apart, since it changes the text of sources itself. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mutation, mutant } from '../../support/mutant.ts';
import { holds } from './topic-plays.ts';

type Stage = typeof import('./stage.ts');

const TOPIC = 'src/services/sns/topic.ts';
const mutations: readonly Mutation[] = [
  {
    name: 'routes are not found anew when somebody comes or goes',
    file: TOPIC,
    find: '    this.#routes.length = 0;\n    this.#confirmed =',
    replace: '    this.#confirmed =',
  },
  {
    name: 'what is pending is delivered to',
    file: TOPIC,
    find: "one.state === 'confirmed' && one.wants(kind, kinds)",
    replace: "one.state !== 'deleted' && one.wants(kind, kinds)",
  },
  { name: 'who has left is delivered to', file: TOPIC, find: "    subscription.state = 'deleted';\n", replace: '' },
  { name: 'filters are forgotten', file: TOPIC, find: ' && one.wants(kind, kinds)', replace: '' },
  {
    name: 'routes of one kind serve another',
    file: TOPIC,
    find: '    this.#routes[kind + 1] = route;',
    replace: '    for (const place of [1, 2, 3]) this.#routes[place] = route;',
  },
  {
    name: 'client errors are tried again',
    file: TOPIC,
    find: 'outcome === Outcome.denied ? -1 : this.#waitUs',
    replace: 'outcome === Outcome.ok ? -1 : this.#waitUs',
  },
  { name: 'failures are not counted', file: TOPIC, find: '    d.failures[slot] = failures;\n', replace: '' },
  {
    name: 'one retry too few',
    file: TOPIC,
    find: 'const failures = (d.failures[slot] as number) + 1;',
    replace: 'const failures = (d.failures[slot] as number) + 2;',
  },
  {
    name: 'a failure passes for a delivery',
    file: TOPIC,
    find: '    if (outcome === Outcome.ok) {\n      const us',
    replace: '    if (outcome === Outcome.ok || outcome === Outcome.failed) {\n      const us',
  },
  {
    name: 'the dead-letter queue is passed by',
    file: TOPIC,
    find: '    if (deadLetterQueue === null) this.#over(slot, subscription, false);',
    replace: '    if (deadLetterQueue !== undefined) this.#over(slot, subscription, false);',
  },
  {
    name: 'what the dead-letter queue has does not end',
    file: TOPIC,
    find: '      } else this.#metrics.notRedriven.add(1);\n      this.#over(slot, subscription, false);',
    replace: '      } else this.#metrics.notRedriven.add(1);',
  },
  {
    name: 'a group has no lane',
    file: TOPIC,
    find: '    const known = lanes.get(group);\n    if (known === undefined) {',
    replace: '    const known = lanes.get(group);\n    if (known !== -1) {',
  },
  {
    name: 'all groups have one lane each message',
    file: TOPIC,
    find: '    if (this.#window === null) this.#sim.schedule(wait, this.#arriveNow, slot);\n    else this.#join(',
    replace:
      '    if (this.#window === null) this.#sim.schedule(wait, this.#arriveNow, slot);\n    else if (slot % 2 === 1) { this.#deliveries.laneGroup[slot] = -slot - 2; this.#join(subscription, -slot - 2, slot, now + wait); }\n    else this.#join(',
  },
  { name: 'a lane forgets its head', file: TOPIC, find: '    this.#laneHead[lane] = next;\n', replace: '' },
  {
    name: 'the window is prolonged by duplicates',
    file: TOPIC,
    find: '    if (original < 0) window.add(',
    replace: '    if (original < 0 || window.size > 0) window.add(',
  },
  {
    name: 'the scope of the group is forgotten',
    file: TOPIC,
    find: "const wholeTopic = this.settings.fifoSettings?.fifoThroughputScope === 'Topic';",
    replace: 'const wholeTopic = true;',
  },
  {
    name: 'the scope of the topic is forgotten',
    file: TOPIC,
    find: "const wholeTopic = this.settings.fifoSettings?.fifoThroughputScope === 'Topic';",
    replace: 'const wholeTopic = false;',
  },
  {
    name: 'duplicates go out',
    file: TOPIC,
    find: '      if (original >= 0) {',
    replace: '      if (original > 1e9) {',
  },
  {
    name: 'told too early that all have it',
    file: TOPIC,
    find: '    observer.onPublished(body, id);\n    const route',
    replace: '    observer.onPublished(body, id);\n    observer.onFannedOut(body);\n    const route',
  },
];

describe('a topic, whatever is published and whoever fails', () => {
  it.each(mutations)('and is caught where $name', async (mutation) => {
    const stage = await mutant<Stage>('test/services/sns/stage.ts', mutation);
    const found = fc.check(holds(stage), { seed: 4, numRuns: 600, endOnFailure: true });
    expect(found.failed).toBe(true);
  });
});
