/**
 * Verdicts over the replications of a design: the worst wins, and the first replication that has it tells the story. A history is not kept:
 * the records that prove it are had by running that replication once more, and those that lead to them by running it again.
 */
import { type Judged, PROBES, worseThan } from '../guarantees/index.ts';
import { Chronicle, type HistoryRecord, type HistorySink, Picker } from '../history/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { type ReplicationOutcome, runReplication } from './replication.ts';
import type { DesignResult, GuaranteeResult } from './result.ts';

type Told = Pick<DesignResult, 'guarantees' | 'probes'>;

export function guaranteesOf(
  scenario: ResolvedScenario,
  design: ResolvedDesign,
  outcomes: readonly ReplicationOutcome[],
): Told {
  const judged = outcomes.flatMap(({ judgement, replication }) =>
    judgement === undefined ? [] : [{ judgement, replication }],
  );
  const [first] = judged;
  // Asserted in every run: one in which it breaks is an error, not a result.
  if (first === undefined) return { guarantees: scenario.traffic.map(({ name }) => conservationOf(name)) };
  const worst = first.judgement.findings.map((finding, i): Worst => {
    let found: Worst = { finding, replication: first.replication, broken: 0 };
    for (const { judgement, replication } of judged) {
      const other = judgement.findings[i] as Judged;
      if (worseThan(other.verdict, found.finding.verdict)) found = { ...found, finding: other, replication };
      if (other.verdict === 'broken') found = { ...found, broken: found.broken + 1 };
    }
    return found;
  });
  const evidence = evidenceOf(scenario, design.name, worst);
  const stories = storiesOf(scenario, design.name, worst, evidence);
  const expected = expectedOf(scenario, design.name);
  const probes = PROBES.map((probe): [string, number] => [
    probe,
    judged.reduce((sum, { judgement }) => sum + judgement.probes[probe], 0),
  ]);
  return {
    guarantees: worst.map(({ finding, replication, broken }, i): GuaranteeResult => {
      const { guarantee: name, resource, verdict, sentence, counts } = finding;
      const told = {
        name,
        resource,
        verdict,
        expected: expected(name, resource),
        ...(sentence === '' ? {} : { sentence }),
        counts,
      };
      if (verdict !== 'broken') return told;
      const share = broken / judged.length;
      const story = stories[i] ?? [];
      return {
        ...told,
        replication,
        brokenShare: share,
        evidence: evidence[i] ?? [],
        ...(story.length > 0 ? { story } : {}),
      };
    }),
    probes: Object.fromEntries(probes.filter(([, count]) => count > 0)),
  };
}

interface Worst {
  readonly finding: Judged;
  /** The first that has this verdict. */
  readonly replication: number;
  /** Replications in which it is broken. */
  readonly broken: number;
}

function conservationOf(resource: string): GuaranteeResult {
  return { name: 'conservation', resource, verdict: 'held', expected: 'held' };
}

/** How a guarantee of a design should come out, by the scenario. */
export function expectedOf(
  { guarantees = [] }: ResolvedScenario,
  design: string,
): (name: string, resource: string) => GuaranteeResult['expected'] {
  return (name, resource) =>
    guarantees.find(
      (one) => one.guarantee === name && one.resource === resource && (one.design === null || one.design === design),
    )?.expect ?? 'held';
}

type Records = readonly HistoryRecord[];

/** The records that prove each, by its place. */
function evidenceOf(scenario: ResolvedScenario, design: string, worst: readonly Worst[]): Records[] {
  const pickers = new Map<number, Picker>();
  for (const [replication, places] of brokenIn(worst)) {
    const picker = new Picker(places.flatMap((place) => worst[place]?.finding.evidence ?? []));
    runReplication(scenario, design, replication, { judge: false, history: picker });
    pickers.set(replication, picker);
  }
  return worst.map(({ finding, replication }) => {
    const found = pickers.get(replication)?.found;
    return finding.evidence.flatMap((n) => found?.get(n) ?? []);
  });
}

/** How each came about, by its place; empty where that is no more than the evidence. */
function storiesOf(
  scenario: ResolvedScenario,
  design: string,
  worst: readonly Worst[],
  evidence: readonly Records[],
): Records[] {
  const stories: Records[] = worst.map(() => []);
  for (const [replication, places] of brokenIn(worst)) {
    const chronicles = places.map((place) => new Chronicle(evidence[place] ?? []));
    const history: HistorySink = {
      take: (chunk, names) => {
        for (const one of chronicles) one.take(chunk, names);
      },
    };
    runReplication(scenario, design, replication, { judge: false, history });
    places.forEach((place, i) => {
      const story = chronicles[i]?.story() ?? [];
      if (story.length > (evidence[place]?.length ?? 0)) stories[place] = story;
    });
  }
  return stories;
}

/** Places of the findings that have evidence, by replication. */
function brokenIn(worst: readonly Worst[]): Map<number, number[]> {
  const places = new Map<number, number[]>();
  worst.forEach(({ finding, replication }, place) => {
    if (finding.evidence.length > 0) places.set(replication, [...(places.get(replication) ?? []), place]);
  });
  return places;
}
