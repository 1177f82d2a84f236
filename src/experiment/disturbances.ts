/** The spikes and faults of a scenario: what the charts shade and what recovery is told from. */
import type { ResolvedScenario } from '../scenario/resolved.ts';
import { strikes } from '../scenario/strikes.ts';
import type { Burst, FaultSettings, RateChange, TrafficSettings } from '../workload/settings.ts';

export interface Disturbance {
  readonly kind: 'spike' | 'fault';
  readonly label: string;
  readonly fromUs: number;
  /** null: it never ends. */
  readonly toUs: number | null;
  /** Those that it strikes, in declared order. */
  readonly designs: readonly string[];
  /** null: concerns every traffic. */
  readonly traffic: string | null;
}

/** All of them by the instant of their beginning; at one instant spikes first, then as written. */
export function disturbancesOf(scenario: ResolvedScenario): Disturbance[] {
  const found = [
    ...scenario.traffic.flatMap((traffic) => spikesOf(scenario, traffic)),
    ...scenario.faults.map((fault) => disturbanceOf(scenario, fault)),
  ];
  return found.sort((a, b) => a.fromUs - b.fromUs);
}

/** Steps up, ramps up and bursts that come to an end; a lasting change of rate is not a disturbance but the new load. */
function spikesOf(scenario: ResolvedScenario, traffic: TrafficSettings): Disturbance[] {
  const { source } = traffic;
  if (source.kind !== 'rate') return [];
  const usual = source.base.kind === 'constant' ? source.base.perSecond : source.base.highPerSecond;
  const isSpike = (change: RateChange | Burst): boolean => {
    // With nothing before it a burst is the load itself.
    if (change.kind === 'burst') return usual > 0 && change.atUs > 0;
    return change.perSecond > usual && (change.kind === 'ramp' ? change.back : change.forUs !== null);
  };
  return source.changes.filter(isSpike).map((change) => ({
    kind: 'spike',
    label:
      change.kind === 'burst'
        ? `${grouped(change.requests)} ${traffic.name} at once`
        : `${traffic.name} at ${grouped(change.perSecond)}/s`,
    fromUs: change.atUs,
    toUs: change.atUs + (change.kind === 'burst' ? 0 : (change.forUs as number)),
    designs: scenario.designs.map(({ name }) => name),
    traffic: traffic.name,
  }));
}

function disturbanceOf(scenario: ResolvedScenario, fault: FaultSettings): Disturbance {
  return {
    kind: 'fault',
    label: labelOf(fault),
    fromUs: fault.atUs,
    toUs:
      (fault.crash !== null || fault.redrive !== undefined || onlyFlushes(fault)) && fault.forUs === null
        ? fault.atUs
        : fault.forUs === null
          ? null
          : fault.atUs + fault.forUs,
    designs: scenario.designs.filter((design) => strikes(scenario, design, fault)).map(({ name }) => name),
    traffic: null,
  };
}

function onlyFlushes({ flush, slow, down, errors, unreachable, loseRequests, loseReplies }: FaultSettings): boolean {
  return flush && !down && (slow ?? errors ?? unreachable ?? loseRequests ?? loseReplies) === null;
}

function labelOf(fault: FaultSettings): string {
  const effects: string[] = [];
  if (fault.slow !== null) effects.push(`${fault.slow}x slower`);
  if (fault.down) effects.push('down');
  if (fault.errors !== null) effects.push(`${percent(fault.errors)} errors`);
  if (fault.crash !== null) effects.push(`${percent(fault.crash)} crash`);
  if (fault.cutOff !== undefined) effects.push(`${percent(fault.cutOff)} without their leases’ table`);
  if (fault.duplicate !== null) effects.push(`${percent(fault.duplicate)} duplicates`);
  if (fault.throttle !== undefined) effects.push(`${percent(fault.throttle)} throttled`);
  if (fault.unreachable !== null) effects.push(`${percent(fault.unreachable)} unreachable`);
  if (fault.loseRequests !== null) effects.push(`${percent(fault.loseRequests)} of requests lost`);
  if (fault.loseReplies !== null) effects.push(`${percent(fault.loseReplies)} of replies lost`);
  if (fault.flush) effects.push('cache emptied');
  if (fault.policy !== undefined) effects.push('another access policy');
  if (fault.kmsDown === true) effects.push('without KMS');
  if (fault.redrive !== undefined)
    effects.push(fault.redrive.to === null ? 'redriven' : `redriven to ${fault.redrive.to}`);
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

/** `2,000`; up to three digits after the point. */
function grouped(value: number): string {
  const [whole = '', fraction] = String(Number(value.toFixed(3))).split('.');
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}
