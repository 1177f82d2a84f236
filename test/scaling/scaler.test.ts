import { describe, expect, it } from 'vitest';
import { type MetricData, MetricsRecorder } from '../../src/history/index.ts';
import { Simulation } from '../../src/kernel/index.ts';
import { datapointsOf, type FleetUse, Scaler, type WatchedLevel, watching } from '../../src/scaling/index.ts';
import type { AutoscalingSettings } from '../../src/scaling/settings.ts';
import { Service } from '../../src/services/compute/index.ts';
import { CountedRequests } from '../calls/stage.ts';
import { settings as service } from '../services/compute/stage.ts';
import { MINUTE, settings } from './stories.ts';

const MINUTES = MINUTE;

/** A resource whose metric is a function of time, and a diary of what it was told: minute and count. */
function scale(change: Partial<AutoscalingSettings>, initial: number, metric: (minute: number) => number | null) {
  const sim = new Simulation({ seed: 1 });
  const window = { fromUs: 0, toUs: 120 * MINUTES, resolutionUs: MINUTES };
  const metrics = new MetricsRecorder(sim, window);
  const diary: string[] = [];
  const asked: number[] = [];
  const resource = {
    datapoint: () => {
      asked.push(sim.now / MINUTE);
      return metric(sim.now / MINUTE);
    },
    scaleTo: (count: number) => void diary.push(`${sim.now / MINUTE}:${count}`),
  };
  const scaler = new Scaler(sim, 'workers', settings(change), initial, { metrics, noun: 'Instances', resource });
  scaler.start();
  return {
    sim,
    diary,
    asked,
    run(minutes: number): string {
      sim.run({ until: minutes * MINUTES });
      return diary.join(' ');
    },
    metric: (name: string) => metrics.finish(sim.now).find((data) => data.name === name) as MetricData,
  };
}

describe('a scaler', () => {
  it('looks at whole periods, sees them late, and waits for instances to start', () => {
    // Periods end at 1, 2 and 3 and are seen half a minute later; each instance takes a minute to start.
    const stage = scale({ delayUs: MINUTE / 2 }, 4, () => 0.6);
    expect(stage.run(6)).toBe('4.5:5');
    expect(stage.asked).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('judges at once where there is no delay', () => {
    expect(scale({ startup: { kind: 'constant', value: 0 } }, 4, () => 0.6).run(4)).toBe('3:5');
  });

  it('takes the period that it is given', () => {
    const second = 1_000_000;
    const stage = scale({ periodUs: 10 * second, startup: { kind: 'constant', value: 0 } }, 4, () => 0.6);
    expect(stage.run(0.6)).toBe('0.5:5');
  });

  it('starts instances one by one, each after its own time', () => {
    const stage = scale({ startup: { kind: 'uniform', min: 0, max: 2 * MINUTE } }, 4, () => 1);
    const counts = stage
      .run(5)
      .split(' ')
      .map((it) => Number(it.split(':')[1]));
    expect(counts).toEqual([5, 6, 7, 8]);
    expect(new Set(stage.diary.map((it) => it.split(':')[0])).size).toBe(4);
  });

  it('takes instances away at once', () => {
    expect(scale({}, 10, () => 0.1).run(15)).toBe('15:9');
  });

  it('reports what it wants, and how often it changed its mind', () => {
    const stage = scale({}, 4, (minute) => (minute <= 3 ? 1 : 0.5));
    stage.run(120);
    expect(stage.metric('DesiredInstances')).toMatchObject({ min: 4, max: 8 });
    expect(stage.metric('ScalingActivities').sum).toBe(1);
    // Minute 4 is the first with eight wanted, minute 5 with eight running.
    expect(stage.metric('DesiredInstances').series.slice(0, 5)).toEqual([4, 4, 4, 8, 8]);
  });

  it('gives the same run for the same seed', () => {
    const once = (): string => {
      const stage = scale({ startup: { kind: 'exponential', mean: MINUTE } }, 4, (minute) => (minute % 20) / 10);
      stage.run(100);
      return stage.sim.fingerprint();
    };
    expect(once()).toBe(once());
  });
});

describe('a datapoint', () => {
  const use = (change: Partial<FleetUse>): FleetUse => ({
    busyUs: 0,
    capacityUs: 0,
    instanceUs: 0,
    calls: 0,
    backlogUs: 0,
    ...change,
  });
  const series = (metric: AutoscalingSettings['metric'], ...readings: Partial<FleetUse>[]): (number | null)[] => {
    let at = 0;
    const next = datapointsOf(metric, () => use(readings[at++] as Partial<FleetUse>));
    return readings.map(() => next());
  };

  it('is what happened since the one before', () => {
    const [first, second] = [
      { busyUs: 30, capacityUs: 60, instanceUs: 60 },
      { busyUs: 90, capacityUs: 180, instanceUs: 120 },
    ];
    expect(series('utilisation', first, second)).toEqual([0.5, 0.5]);
    expect(series('utilisation', first, { ...second, busyUs: 150 })).toEqual([0.5, 1]);
  });

  it('of a backlog is the mean number of messages for each instance that ran', () => {
    const period = { backlogUs: 400 * MINUTE, instanceUs: 8 * MINUTE };
    expect(series('backlogPerInstance', period)).toEqual([50]);
  });

  it('of requests is calls per second for each replica', () => {
    expect(series('requestsPerReplica', { calls: 1200, instanceUs: 2 * MINUTE })).toEqual([10]);
  });

  it('is missing where nothing ran, or nobody called', () => {
    expect(series('utilisation', { instanceUs: 0 })).toEqual([null]);
    expect(series('backlogPerInstance', { backlogUs: 100, instanceUs: 0 })).toEqual([null]);
    expect(series('requestsPerReplica', { instanceUs: MINUTE })).toEqual([null]);
    // An empty queue and an idle server are datapoints all the same.
    expect(series('backlogPerInstance', { instanceUs: MINUTE })).toEqual([0]);
    expect(series('utilisation', { instanceUs: MINUTE, capacityUs: MINUTE })).toEqual([0]);
  });
});

describe('a watched level', () => {
  it('is summed up exactly, and goes on to the report as it was', () => {
    const sim = new Simulation({ seed: 1 });
    const recorder = new MetricsRecorder(sim, { fromUs: 0, toUs: 100, resolutionUs: 100 });
    let watched = null as WatchedLevel | null;
    const metrics = watching(recorder, 'Backlog', sim, (level) => {
      watched = level;
    });
    const [backlog, other] = [metrics.level('Backlog', 'Count'), metrics.level('Other', 'Count')];
    const sums: number[] = [];
    const at = (us: number, act: () => void): void => void sim.scheduleAt(us, act, null);
    at(10, () => backlog.set(4));
    at(20, () => backlog.add(-1));
    at(20, () => other.set(99));
    at(50, () => sums.push((watched as WatchedLevel).levelUs()));
    at(60, () => sums.push((watched as WatchedLevel).levelUs()));
    sim.run({ until: 100 });
    expect(sums).toEqual([4 * 10 + 3 * 30, 4 * 10 + 3 * 40]);
    const data = recorder.finish(100).find(({ name }) => name === 'Backlog');
    expect(data).toMatchObject({ max: 4, mean: (4 * 10 + 3 * 80) / 100 });
  });
});

describe('closed form', () => {
  it.each([
    [20, 9],
    [20, 14],
    [33, 5],
  ])(
    'target tracking holds a service with λ = %i/s between load ÷ target and the scale-in threshold, from %i replicas on',
    (perSecond, initial) => {
      const sim = new Simulation({ seed: 7, maxEvents: 1e7 });
      const recorder = new MetricsRecorder(sim, { fromUs: 0, toUs: 1e12, resolutionUs: 1e12 });
      // Each replica has one server of 0.2 s: the offered load is λ ÷ 5.
      const scaled = new Service(
        sim,
        service({
          serviceTime: { kind: 'exponential', mean: 200_000 },
          replicas: initial,
          balance: 'leastConnections',
        }),
        { requests: new CountedRequests(), metrics: recorder, elastic: true },
      );
      const read = (): FleetUse => {
        const { busyServerUs, serverUs, replicaUs, calls } = scaled.use();
        return { busyUs: busyServerUs, capacityUs: serverUs, instanceUs: replicaUs, calls, backlogUs: 0 };
      };
      const counts: number[] = [];
      const resource = {
        datapoint: datapointsOf('utilisation', read),
        scaleTo: (count: number) => {
          counts.push(count);
          scaled.setReplicas(count);
        },
      };
      const policy = {
        kind: 'target' as const,
        value: 0.6,
        scaleInBelow: 0.75,
        scaleInAtMost: 0.1,
        disableScaleIn: false,
      };
      const limits = { policy, min: 1, max: 100, delayUs: MINUTE };
      new Scaler(sim, 'db', settings(limits), initial, { metrics: recorder, noun: 'Replicas', resource }).start();
      const gaps = sim.stream('arrivals');
      let request = 0;
      const caller = { onReply: () => {}, onLateReply: () => {} };
      const arrive = (): void => {
        scaled.call(request++, 0, caller, 0);
        sim.schedule(Math.floor((-Math.log(gaps.uniform()) * 1e6) / perSecond), arrive, null);
      };
      sim.schedule(0, arrive, null);
      sim.run({ until: 4 * 60 * MINUTE });
      const ideal = Math.ceil(perSecond / 5 / 0.6);
      const last = counts.at(-1) ?? initial;
      // From below it rises to load ÷ target; from above it may stop anywhere in the band that neither alarm minds.
      expect(last).toBeGreaterThanOrEqual(ideal);
      expect(last).toBeLessThanOrEqual(Math.ceil(perSecond / 5 / (0.6 * 0.75)));
    },
  );
});
