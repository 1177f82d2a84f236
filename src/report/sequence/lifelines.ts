/** Who stands beside whom in a sequence chart: one lifeline each, from senders over queues to those who work, dead letters last. */
import type { HistoryRecord } from '../record-words.ts';
import type { Setting } from '../story.ts';

export interface Lifeline {
  /** A traffic and a queue may bear one name. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

const ROLES = ['sender', 'topic', 'queue', 'worker', 'endpoint', 'dead letters'] as const;
type Role = (typeof ROLES)[number];

/** Two ends of what a record tells; `to` is null where it concerns `from` alone, both are where it concerns everybody. */
export interface Ends {
  readonly from: Lifeline | null;
  readonly to: Lifeline | null;
}

export function endsOf(record: HistoryRecord, setting: Setting): Ends {
  const { on = '', client = '' } = record;
  const resource = (role: Role): Lifeline =>
    resourceOf(on === '' ? 'somewhere' : on, setting.deadLetterQueues.has(on) ? 'dead letters' : role);
  switch (record.do) {
    case 'request':
      return { from: clientOf(record, 'sender', setting), to: resource('endpoint') };
    case 'send':
      return { from: clientOf(record, 'sender', setting), to: resource('queue') };
    case 'publish':
      return { from: clientOf(record, 'sender', setting), to: resource('topic') };
    case 'receive':
    case 'delete':
    case 'visibility':
      return { from: clientOf(record, 'worker', setting), to: resource('queue') };
    case 'handle':
      return { from: clientOf(record, 'worker', setting), to: null };
    case 'purge':
      return client === ''
        ? { from: resource('queue'), to: null }
        : { from: clientOf(record, 'sender', setting), to: resource('queue') };
    case 'owed':
      return { from: resource('topic'), to: null };
    case 'deliver':
      return { from: resource('topic'), to: endpointOf(record, setting) };
    case 'left':
      return { from: resource('queue'), to: null };
    default:
      return { from: null, to: null };
  }
}

/** A topic is a client of its queues. */
function clientOf({ client = 'somebody', who }: HistoryRecord, role: Role, { topics }: Setting): Lifeline {
  if (topics.has(client)) return resourceOf(client, 'topic');
  const name = who === undefined ? client : `${client} #${who}`;
  return { id: `client ${name}`, name, role };
}

function endpointOf({ subscription }: HistoryRecord, setting: Setting): Lifeline | null {
  if (subscription === undefined) return null;
  return resourceOf(setting.endpoint(subscription) ?? `subscription ${subscription}`, 'endpoint');
}

function resourceOf(name: string, role: Role): Lifeline {
  return { id: `resource ${name}`, name, role };
}

/** Each once, by role and then by when it is first met. A queue that a topic delivers to is a queue, and who receives and sends is a worker. */
export function lifelinesOf(records: readonly HistoryRecord[], setting: Setting): Lifeline[] {
  const met = new Map<string, Lifeline>();
  for (const record of records) {
    const { from, to } = endsOf(record, setting);
    for (const one of [from, to]) {
      if (one === null) continue;
      const role = met.get(one.id)?.role;
      if (role === undefined || role === 'sender' || role === 'endpoint') met.set(one.id, one);
    }
  }
  const all = [...met.values()];
  return ROLES.flatMap((role) => all.filter((one) => one.role === role));
}
