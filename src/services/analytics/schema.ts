/** How an application of Managed Service for Apache Flink may be written in a scenario, its defaults, and AWS's limits. */
import type { z } from 'zod';
import { complain, NO_RETRY, retrySchema, type Vocabulary } from '../../calls/schema.ts';
import { flinkFacts as f, kinesisFacts } from '../../facts/index.ts';
import {
  type ApplicationSettings,
  analyticsSettings,
  type ResultSinkSettings,
  type WindowSettings,
} from './settings.ts';

const BECAUSE = 'Managed Service for Apache Flink';

/** Results at once, and those that wait besides, as Flink's sinks of AWS have them. */
const IN_FLIGHT = 50;
const BUFFER = 10_000;

/** Settings of an `analytics` application, without its name. */
export function analyticsSchema(v: Vocabulary): z.ZodType<Omit<ApplicationSettings, 'name'>> {
  return v
    .object({
      type: v.choice(['analytics']).meta({ description: 'What kind of resource it is.' }),
      source: v.name('the name of a kinesis stream').meta({ description: 'The kinesis stream that it reads.' }),
      window: windowSchema(v).meta({
        description: 'Windows of event time in which the records of each key are counted.',
      }),
      watermark: v
        .object({
          outOfOrderness: v.duration().optional().meta({
            description: 'How far event times may lie behind the latest of their shard.',
            default: '0s',
          }),
          idle: v.duration({ min: 1 }).optional().meta({
            description: 'A shard that is silent for so long does not hold the others back. Default: it always does.',
          }),
        })
        .optional()
        .meta({ description: 'When a window is thought to be complete.' }),
      allowedLateness: v.duration().optional().meta({
        description: 'How long a window that has fired is kept: a record that comes then makes it fire again.',
        default: '0s',
      }),
      recordTime: v.durations().optional().meta({
        description: 'CPU time of a record.',
        default: '20us',
      }),
      recordWait: v.durations().optional().meta({
        description: 'Time besides in which a record holds its subtask but no CPU, such as a lookup.',
        default: '0s',
      }),
      parallelism: v.count({ min: 1, max: f.parallelismMax.value, because: BECAUSE }).optional().meta({
        description: 'Subtasks at the start, and at least.',
        default: f.parallelismDefault.value,
      }),
      parallelismPerKpu: v
        .count({ min: 1, max: f.parallelismPerKpuMax.value, because: BECAUSE })
        .optional()
        .meta({ description: 'Subtasks that share a KPU.', default: f.parallelismPerKpuDefault.value }),
      autoscaling: v.flag().optional().meta({
        description: 'Doubles the parallelism after 15 busy minutes, halves it after six idle hours.',
        default: true,
      }),
      checkpoints: v
        .object({
          enabled: v.flag().optional().meta({
            description: 'Without any, a restart begins with the first record.',
            default: true,
          }),
          interval: v.duration({ min: 1 }).optional().meta({ description: 'Between their beginnings.', default: '1m' }),
          minPause: v
            .duration()
            .optional()
            .meta({ description: 'Between the end of one and the beginning of the next.', default: '5s' }),
        })
        .optional()
        .meta({ description: 'How often its state is written, and what a restart begins with.' }),
      restartTime: v.duration().optional().meta({
        description: 'From a failure until records are taken again; assumed.',
        default: '30s',
      }),
      rescaleTime: v.duration().optional().meta({
        description: 'From the snapshot until records are taken again with another parallelism; assumed.',
        default: '1m',
      }),
      inputBuffer: v.size({ min: 1 }).optional().meta({
        description:
          'Records that may stand in line before a subtask; what stands there is counted, whatever becomes of results.',
        default: '320KiB',
      }),
      startingPosition: v.choice(['TRIM_HORIZON', 'LATEST']).optional().meta({
        description: 'Where it begins: with the oldest record or with the next one.',
        default: 'TRIM_HORIZON',
      }),
      idleTimeBetweenReads: v.duration().optional().meta({
        description: 'From the answer to a read until the next one of the shard.',
        default: '200ms',
      }),
      limit: v
        .count({ min: 1, max: kinesisFacts.getMaxRecords.value, because: 'Kinesis' })
        .optional()
        .meta({ description: 'Records that a read asks for.', default: kinesisFacts.getMaxRecords.value }),
      pollRetry: v.duration({ min: 1 }).optional().meta({
        description: 'Wait after a read that failed or was throttled.',
        default: '1s',
      }),
      sink: sinkSchema(v).optional().meta({
        description: 'Who is sent each result. Default: nobody; results are counted.',
      }),
      exactlyOnce: v.flag().optional().meta({
        description: 'Results leave when the checkpoint after them is complete, and none twice.',
        default: false,
      }),
    })
    .transform((s, ctx) => {
      if (s.exactlyOnce === true && s.checkpoints?.enabled === false) {
        complain(ctx, ['exactlyOnce'], 'misfit', 'checkpoints beside exactlyOnce: results leave with them');
      }
      const parallelism = s.parallelism ?? f.parallelismDefault.value;
      const perKpu = s.parallelismPerKpu ?? f.parallelismPerKpuDefault.value;
      const most = f.kpusPerApplication.value;
      if (Math.ceil(parallelism / perKpu) > most) {
        complain(
          ctx,
          ['parallelism'],
          'out-of-range',
          `at most ${most} KPUs: ${most * perKpu} with parallelismPerKpu: ${perKpu} (limits of ${BECAUSE})`,
        );
      }
      const {
        splits: _,
        name: __,
        ...settings
      } = analyticsSettings({
        name: '',
        window: s.window,
        outOfOrdernessUs: s.watermark?.outOfOrderness ?? 0,
        idleAfterUs: s.watermark?.idle ?? 0,
        parallelism,
        parallelismPerKpu: perKpu,
        autoScaling: s.autoscaling ?? true,
        checkpointing: s.checkpoints?.enabled ?? true,
        transactionalSink: s.exactlyOnce ?? false,
        ...(s.allowedLateness === undefined ? {} : { allowedLatenessUs: s.allowedLateness }),
        ...(s.recordTime === undefined ? {} : { cpuUs: s.recordTime }),
        ...(s.recordWait === undefined ? {} : { waitUs: s.recordWait }),
        ...(s.checkpoints?.interval === undefined ? {} : { checkpointIntervalUs: s.checkpoints.interval }),
        ...(s.checkpoints?.minPause === undefined ? {} : { checkpointMinPauseUs: s.checkpoints.minPause }),
        ...(s.inputBuffer === undefined ? {} : { bufferBytes: s.inputBuffer }),
        ...(s.restartTime === undefined ? {} : { restartUs: s.restartTime }),
        ...(s.rescaleTime === undefined ? {} : { rescaleUs: s.rescaleTime }),
      });
      return {
        type: 'analytics' as const,
        source: s.source,
        ...settings,
        startingPosition: s.startingPosition ?? 'TRIM_HORIZON',
        idleTimeBetweenReadsUs: s.idleTimeBetweenReads ?? 200_000,
        limit: s.limit ?? kinesisFacts.getMaxRecords.value,
        pollRetryUs: s.pollRetry ?? 1_000_000,
        sink: s.sink ?? null,
      };
    });
}

function windowSchema(v: Vocabulary): z.ZodType<WindowSettings> {
  const sliding = v.object({
    size: v.duration({ min: 1 }).meta({ description: 'How long a window is.' }),
    slide: v.duration({ min: 1 }).meta({ description: 'Between the beginnings of two windows; at most the size.' }),
  });
  return v
    .oneKey('one of { tumbling }, { sliding: { size, slide } } or { session }', {
      tumbling: v.duration({ min: 1 }).optional().meta({ description: 'One window after the other, of so long.' }),
      sliding: sliding.optional().meta({ description: 'Windows that overlap: a record counts in several.' }),
      session: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'A window ends when its key is silent for so long.' }),
    })
    .transform((w, ctx): WindowSettings => {
      if (w.sliding !== undefined) {
        const { size, slide } = w.sliding;
        if (slide > size) complain(ctx, ['sliding', 'slide'], 'out-of-range', 'at most the size of the window');
        return { kind: 'sliding', sizeUs: size, slideUs: slide };
      }
      if (w.session !== undefined) return { kind: 'session', gapUs: w.session };
      return { kind: 'tumbling', sizeUs: w.tumbling ?? 1 };
    });
}

function sinkSchema(v: Vocabulary): z.ZodType<ResultSinkSettings> {
  return v
    .object({
      to: v
        .name('the name of a service or a sink')
        .meta({ description: 'The service or the sink that takes results.' }),
      timeout: v
        .duration({ min: 1 })
        .optional()
        .meta({ description: 'How long it waits for an answer. Default: for ever.' }),
      retry: retrySchema(v).optional().meta({
        description:
          'What it does when refused or timed out; a result that fails for good is sent again a second later.',
        default: 'none',
      }),
      inFlight: v.count({ min: 1, max: 100_000 }).optional().meta({
        description: 'Results that are under way at once.',
        default: IN_FLIGHT,
      }),
      buffer: v.count({ min: 1, max: 10_000_000 }).optional().meta({
        description: 'Results that wait besides before no record is taken any more.',
        default: BUFFER,
      }),
    })
    .transform(
      (s): ResultSinkSettings => ({
        call: {
          to: s.to,
          probability: 1,
          timeoutUs: s.timeout ?? null,
          retry: s.retry ?? NO_RETRY,
          breaker: null,
          hedge: null,
          bulkhead: null,
          cancelOnTimeout: false,
          latency: { kind: 'constant', value: 0 },
        },
        inFlight: s.inFlight ?? IN_FLIGHT,
        buffer: s.buffer ?? BUFFER,
      }),
    );
}
