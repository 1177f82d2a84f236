/**
 * Judges the log of a real system by what a design promises.
 *
 *   log ─▶ judge ─▶ findings ─▶ log again: their records ─▶ log again: how they came about
 */
import { Judge, type Judged, registry } from '../guarantees/index.ts';
import { Chronicle, type HistoryReader, type HistoryRecord, type HistorySink, Picker } from '../history/index.ts';
import type { ResolvedDesign, ResolvedScenario } from '../scenario/resolved.ts';
import { expectedOf } from './guarantees.ts';
import { promisesOf, WHOLE_RUN } from './promises.ts';
import type { GuaranteeResult } from './result.ts';
import { REDRIVE } from './world.ts';

/** Plays a log from its start to its end into a sink. Throws HistoryFormatError where it can't be read. */
export type PlayLog = (into: HistorySink) => HistoryReader;

export interface LogJudgement {
  readonly guarantees: readonly GuaranteeResult[];
  /** How often rare situations were met; those that never were are left out. */
  readonly probes: Readonly<Record<string, number>>;
  readonly records: number;
  /** Names in the log that the design does not bear. */
  readonly foreign: readonly string[];
  /** Names that the design bears: of what could be meant. */
  readonly known: readonly string[];
  /** Whether the log names anything that the design bears. */
  readonly isOfDesign: boolean;
  /** As its reader knows it: lines and texts of records. */
  readonly reader: HistoryReader;
}

export function judgeLog(scenario: ResolvedScenario, design: ResolvedDesign, play: PlayLog): LogJudgement {
  const promises = promisesOf(scenario, design);
  // A log seldom says when the service answered: then an effect lies anywhere between call and answer.
  const judge = new Judge(promises, registry, { inexact: true });
  const reader = play(judge);
  const { findings, probes } = judge.finish();
  const known = [...scenario.traffic.map(({ name }) => name), ...design.resources.map(({ name }) => name)];
  const names = namesIn(reader);
  const present = new Set(names);
  const expected = expectedOf(scenario, design.name);
  const told = withRecords(findings, play);
  return {
    guarantees: told.map((one) => ({
      ...(one.resource === WHOLE_RUN || present.has(one.resource) ? one : absent(one)),
      expected: expected(one.name, one.resource),
    })),
    probes: Object.fromEntries(Object.entries(probes).filter(([, count]) => count > 0)),
    records: reader.records,
    foreign: names.filter((name) => name !== REDRIVE && !partsOf(name).every((part) => known.includes(part))),
    known,
    isOfDesign: known.some((name) => present.has(name)),
    reader,
  };
}

function namesIn({ names }: HistoryReader): string[] {
  return Array.from({ length: names.size }, (_, number) => names.name(number)).filter((name) => name !== '');
}

/** A fault strikes a link (`workers->orders`), or one replica (`db[1]`). */
function partsOf(name: string): string[] {
  return name.split('->').map((part) => part.replace(/\[\d+\]$/, ''));
}

type Told = Omit<GuaranteeResult, 'expected'>;

/** What is said of something that the log never names is said of nothing. */
function absent({ name, resource }: Told): Told {
  return { name, resource, verdict: 'not exercised', sentence: `The log does not name ${resource}.`, counts: {} };
}

function withRecords(findings: readonly Judged[], play: PlayLog): Told[] {
  const broken = findings.filter(({ evidence }) => evidence.length > 0);
  const records = new Map<number, HistoryRecord>();
  if (broken.length > 0) {
    const picker = new Picker(broken.flatMap(({ evidence }) => evidence));
    play(picker);
    for (const [n, record] of picker.found) records.set(n, record);
  }
  const evidenceOf = (finding: Judged): HistoryRecord[] => finding.evidence.flatMap((n) => records.get(n) ?? []);
  const chronicles = new Map(broken.map((finding) => [finding, new Chronicle(evidenceOf(finding))]));
  if (broken.length > 0) {
    play({
      take: (chunk, names) => {
        for (const one of chronicles.values()) one.take(chunk, names);
      },
    });
  }
  return findings.map((finding): Told => {
    const { guarantee: name, resource, verdict, sentence, counts } = finding;
    const told = { name, resource, verdict, ...(sentence === '' ? {} : { sentence }), counts };
    if (verdict !== 'broken') return told;
    const evidence = evidenceOf(finding);
    const story = chronicles.get(finding)?.story() ?? [];
    return { ...told, evidence, ...(story.length > evidence.length ? { story } : {}) };
  });
}
