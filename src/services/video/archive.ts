/** Questions to what is kept: lists, clips, images, and playback over HLS and DASH. A fragment is in lists a little after it is kept. */
import { videoFacts as f } from '../../facts/index.ts';
import type { Simulation } from '../../kernel/index.ts';
import { ActionRate } from '../messaging/throughput.ts';
import type { ArchivePoints } from './archive-points.ts';
import { videoErrors } from './errors.ts';
import type { FragmentLog, KeptFragment } from './fragment-log.ts';
import type {
  ClipOutput,
  FragmentOutput,
  FragmentSelector,
  ListFragmentsInput,
  ListFragmentsOutput,
  PlaybackProtocol,
  SessionInput,
  SessionOutput,
  VideoError,
} from './operations.ts';
import type { VideoSettings } from './settings.ts';

const SECOND_US = 1_000_000;

interface PlaybackSession {
  readonly untilUs: number;
  readonly isLive: boolean;
  readonly selector: FragmentSelector | null;
  readonly maxFragments: number;
  readonly playlists: ActionRate;
  readonly inits: ActionRate;
  readonly media: ActionRate;
}

export class Archive {
  readonly #sim: Simulation;
  readonly #settings: VideoSettings;
  readonly #log: FragmentLog;
  readonly #points: ArchivePoints;
  readonly #urls = new ActionRate(1, f.sessionUrlsPerSecond.value, f.sessionUrlsPerSecond.value);
  readonly #sessions: PlaybackSession[] = [];

  constructor(sim: Simulation, settings: VideoSettings, log: FragmentLog, points: ArchivePoints) {
    this.#sim = sim;
    this.#settings = settings;
    this.#log = log;
    this.#points = points;
  }

  list({
    FragmentSelector,
    MaxResults = f.listDefault.value,
    NextToken = -1,
  }: ListFragmentsInput): ListFragmentsOutput {
    const most = f.listMax.value;
    if (!(MaxResults >= 1 && MaxResults <= most))
      return noFragments(videoErrors.invalid(`MaxResults ${MaxResults}: expected 1 to ${most}.`));
    const problem = this.#problem() ?? this.#metadataProblem(MaxResults);
    if (problem !== null) return noFragments(problem);
    const found = this.#listed(FragmentSelector ?? null, NextToken, MaxResults + 1);
    const Fragments = found.slice(0, MaxResults);
    const last = Fragments.at(-1);
    return { error: null, Fragments, NextToken: found.length > MaxResults && last ? last.FragmentNumber : -1 };
  }

  clip(selector: FragmentSelector): ClipOutput {
    const refuse = (error: VideoError): ClipOutput => ({ error, bytes: 0 });
    const problem = this.#problem();
    if (problem !== null) return refuse(problem);
    const found = this.#listed(selector, -1, f.clipFragmentsMax.value + 1);
    if (found.length === 0) return refuse(videoErrors.missing('Media of a clip'));
    if (found.length > f.clipFragmentsMax.value) return refuse(videoErrors.clipLength);
    const bytes = found.reduce((sum, fragment) => sum + fragment.bytes, 0);
    if (bytes > f.clipBytesMax.value) return refuse(videoErrors.clipSize);
    if (!this.#points.metadata(found.length)) return refuse(videoErrors.rate('fragment metadata'));
    if (!this.#points.media(found.length)) return refuse(videoErrors.rate('fragment media'));
    return { error: null, bytes };
  }

  images(images: number, intervalMs: number): VideoError | null {
    if (!(images >= 1 && images <= f.imagesMax.value))
      return videoErrors.invalid(`MaxResults ${images}: expected 1 to ${f.imagesMax.value}.`);
    if (!(intervalMs >= f.imagesIntervalMsMin.value))
      return videoErrors.invalid(`SamplingInterval ${intervalMs}: expected ${f.imagesIntervalMsMin.value} or more.`);
    return this.#problem() ?? this.#metadataProblem(f.imagesPoints.value + images);
  }

  // --- playback ---

  openSession(protocol: PlaybackProtocol, input: SessionInput): SessionOutput {
    const { PlaybackMode = 'LIVE', FragmentSelector = null, Expires = f.sessionSecondsMin.value } = input;
    const isLive = PlaybackMode === 'LIVE';
    const byDefault = isLive ? f.playlistLive.value : f.playlistOnDemand.value;
    const { MaxFragments = byDefault } = input;
    const error = this.#sessionProblem(protocol, isLive, FragmentSelector, Expires, MaxFragments);
    if (error !== null) return { error, session: -1 };
    const perSecond = (fact: { readonly value: number }): ActionRate => new ActionRate(1, fact.value, fact.value);
    this.#sessions.push({
      untilUs: this.#sim.now + Expires * SECOND_US,
      isLive,
      selector: FragmentSelector,
      maxFragments: MaxFragments,
      playlists: perSecond(f.playlistsPerSecond),
      inits: perSecond(f.playlistsPerSecond),
      media: perSecond(f.sessionFragmentsPerSecond),
    });
    return { error: null, session: this.#sessions.length - 1 };
  }

  /** Live: the last fragments; else the first. */
  playlist(id: number): ListFragmentsOutput {
    const session = this.#session(id);
    if (session === null) return noFragments(videoErrors.sessionOver);
    if (!this.#take(session.playlists)) return noFragments(videoErrors.rate('playlists of a session'));
    const { selector, maxFragments, isLive } = session;
    const problem = this.#problem() ?? this.#metadataProblem(maxFragments);
    if (problem !== null) return noFragments(problem);
    const found = this.#listed(selector, -1, isLive ? Number.POSITIVE_INFINITY : maxFragments);
    return { error: null, Fragments: isLive ? found.slice(-maxFragments) : found, NextToken: -1 };
  }
  init(id: number): VideoError | null {
    const session = this.#session(id);
    if (session === null) return videoErrors.sessionOver;
    return this.#take(session.inits) ? null : videoErrors.rate('init fragments of a session');
  }
  mediaFragment(id: number, number: number): FragmentOutput {
    const refuse = (error: VideoError): FragmentOutput => ({ error, fragment: null });
    const session = this.#session(id);
    if (session === null) return refuse(videoErrors.sessionOver);
    if (!this.#take(session.media)) return refuse(videoErrors.rate('media fragments of a session'));
    const fragment = this.#log.find(number, this.#sim.now);
    if (fragment === undefined) return refuse(videoErrors.missing(`Fragment ${number}`));
    return this.#points.media(1) ? { error: null, fragment } : refuse(videoErrors.rate('fragment media'));
  }

  // --- helpers ---

  #session(id: number): PlaybackSession | null {
    const session = this.#sessions[id];
    return session !== undefined && this.#sim.now < session.untilUs ? session : null;
  }
  #take(rate: ActionRate): boolean {
    return rate.take(0, 1, this.#sim.now);
  }
  #problem(): VideoError | null {
    return this.#log.keeps ? null : videoErrors.noRetention(this.#settings.name);
  }
  #metadataProblem(points: number): VideoError | null {
    return this.#points.metadata(points) ? null : videoErrors.rate('fragment metadata');
  }
  #sessionProblem(
    protocol: PlaybackProtocol,
    isLive: boolean,
    selector: FragmentSelector | null,
    seconds: number,
    fragments: number,
  ): VideoError | null {
    const { sessionSecondsMin: min, sessionSecondsMax: max } = f;
    if (!this.#take(this.#urls)) return videoErrors.rate(`Get${protocol}StreamingSessionURL`);
    if (!(seconds >= min.value && seconds <= max.value))
      return videoErrors.invalid(`Expires ${seconds}: expected ${min.value} to ${max.value}.`);
    if (!(fragments >= 1 && fragments <= f.playlistFragmentsMax.value))
      return videoErrors.invalid(`${fragments} fragments: expected 1 to ${f.playlistFragmentsMax.value}.`);
    if (!isLive && selector === null) return videoErrors.invalid('FragmentSelector: expected one, but for LIVE.');
    return this.#problem();
  }

  #listed(selector: FragmentSelector | null, after: number, most: number): KeptFragment[] {
    const found: KeptFragment[] = [];
    for (const fragment of this.#log.all(this.#sim.now)) {
      if (fragment.FragmentNumber <= after || fragment.listedUs > this.#sim.now || !isIn(selector, fragment)) continue;
      found.push(fragment);
      if (found.length >= most) break;
    }
    return found;
  }
}

function isIn(selector: FragmentSelector | null, fragment: KeptFragment): boolean {
  if (selector === null) return true;
  const us = selector.Type === 'PRODUCER_TIMESTAMP' ? fragment.ProducerTimestampUs : fragment.ServerTimestampUs;
  return us >= selector.StartTimestampUs && us <= selector.EndTimestampUs;
}

function noFragments(error: VideoError): ListFragmentsOutput {
  return { error, Fragments: [], NextToken: -1 };
}
