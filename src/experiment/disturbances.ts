/** The spikes and faults of a scenario: what the charts shade and what recovery is told from. */
import type { ResolvedScenario } from '../scenario/resolved.ts';
import type { FaultSettings, RateChange, TrafficSettings } from '../workload/settings.ts';

export interface Disturbance {
  readonly kind: 'spike' | 'fault';
  readonly label: string;
  readonly fromUs: number;
  /** null: it never ends. */
  readonly toUs: number | null;
  /** null: in every design. */
  readonly design: string | null;
  /** null: concerns every traffic. */
  readonly traffic: string | null;
}

export function disturbancesOf(scenario: ResolvedScenario): Disturbance[] {
  const found = [...scenario.traffic.flatMap(spikesOf), ...scenario.faults.map(disturbanceOf)];
  return found.sort((a, b) => a.fromUs - b.fromUs);
}

/** Steps up and ramps up that come to an end; a lasting change of rate is not a disturbance but the new load. */
function spikesOf(traffic: TrafficSettings): Disturbance[] {
  const { source } = traffic;
  if (source.kind !== 'rate') return [];
  const usual = source.base.kind === 'constant' ? source.base.perSecond : source.base.highPerSecond;
  const isSpike = (change: RateChange): boolean =>
    change.perSecond > usual && (change.kind === 'ramp' ? change.back : change.forUs !== null);
  return source.changes.filter(isSpike).map((change) => ({
    kind: 'spike',
    label: `${traffic.name} at ${change.perSecond}/s`,
    fromUs: change.atUs,
    toUs: change.atUs + (change.forUs as number),
    design: null,
    traffic: traffic.name,
  }));
}

function disturbanceOf(fault: FaultSettings): Disturbance {
  return {
    kind: 'fault',
    label: labelOf(fault),
    fromUs: fault.atUs,
    toUs:
      fault.crash !== null && fault.forUs === null
        ? fault.atUs
        : fault.forUs === null
          ? null
          : fault.atUs + fault.forUs,
    design: fault.design,
    traffic: null,
  };
}

function labelOf(fault: FaultSettings): string {
  const effects: string[] = [];
  if (fault.slow !== null) effects.push(`${fault.slow}x slower`);
  if (fault.down) effects.push('down');
  if (fault.errors !== null) effects.push(`${percent(fault.errors)} errors`);
  if (fault.crash !== null) effects.push(`${percent(fault.crash)} crash`);
  if (fault.duplicate !== null) effects.push(`${percent(fault.duplicate)} duplicates`);
  if (fault.unreachable !== null) effects.push(`${percent(fault.unreachable)} unreachable`);
  if (fault.loseRequests !== null) effects.push(`${percent(fault.loseRequests)} of requests lost`);
  if (fault.loseReplies !== null) effects.push(`${percent(fault.loseReplies)} of replies lost`);
  return `${targetOf(fault)} ${effects.join(', ')}`;
}

function targetOf({ target }: FaultSettings): string {
  if (target.kind === 'link') return `${target.from} to ${target.to}`;
  const share = target.share === null ? '' : `${percent(target.share)} of `;
  const replica = target.replica === null ? '' : `[${target.replica}]`;
  const zone = target.zone === null ? '' : ` in zone ${target.zone}`;
  return `${share}${target.resource}${replica}${zone}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(3))} %`;
}
