/**
 * Operations of Kinesis Video Streams, under AWS's names. A fragment is its times, its size, and a number; instants and timecodes are microseconds, -1 is null.
 *
 *   camera ── PutMedia, sendFragment ──▶ stream ──▶ GetMedia, GetMediaForFragmentList: Viewer
 *          ◀── acknowledgements ──┘         └─────▶ ListFragments, HLS, DASH, clips, images: answers
 */

export interface VideoError {
  /** AWS's code, such as ConnectionLimitExceededException. */
  readonly code: string;
  readonly message: string;
  readonly httpStatus: number;
}

/** What a camera sends. */
export interface FragmentInput {
  /** When it was taken; it must be later than that of the fragment before on the connection. */
  readonly timecodeUs: number;
  readonly durationUs: number;
  readonly bytes: number;
  /** Default 1. */
  readonly tracks?: number;
  /** Default 0. */
  readonly tags?: number;
  /** How long the camera takes to send it: its duration, where it is sent as it is taken. Default 0, as fast as it is read. */
  readonly sendUs?: number;
  /** When the camera has its last byte: it cannot have been read before. Default: it has all of it. */
  readonly readyUs?: number;
}

export interface Fragment {
  /** Rises with ingestion. */
  readonly FragmentNumber: number;
  readonly ProducerTimestampUs: number;
  /** When its last byte came. */
  readonly ServerTimestampUs: number;
  readonly durationUs: number;
  readonly bytes: number;
}

/** On the connection of PutMedia, for each fragment. */
export interface Acknowledgement {
  readonly EventType: 'BUFFERING' | 'RECEIVED' | 'PERSISTED' | 'ERROR';
  readonly FragmentTimecodeUs: number;
  readonly FragmentNumber: number;
  /** 0 where it is no error. */
  readonly ErrorId: number;
  readonly ErrorCode: string;
}

export interface VideoProducer {
  /** After an ERROR the connection is closed, and what is on it is lost. */
  onAcknowledgement(tag: number, acknowledgement: Acknowledgement): void;
}

export interface Viewer {
  onFragment(tag: number, fragment: Fragment): void;
  /** All of a list was given; sessions of GetMedia have no end. */
  onEnd(tag: number): void;
}

export type StartSelector =
  | { readonly Type: 'NOW' | 'EARLIEST' }
  /** After this fragment. */
  | { readonly Type: 'FRAGMENT_NUMBER' | 'CONTINUATION_TOKEN'; readonly AfterFragmentNumber: number }
  | { readonly Type: 'PRODUCER_TIMESTAMP' | 'SERVER_TIMESTAMP'; readonly StartTimestampUs: number };

export interface FragmentSelector {
  readonly Type: 'PRODUCER_TIMESTAMP' | 'SERVER_TIMESTAMP';
  readonly StartTimestampUs: number;
  readonly EndTimestampUs: number;
}

export interface ConnectionOutput {
  readonly error: VideoError | null;
  /** -1 where there is an error. */
  readonly connection: number;
}
export interface ListFragmentsInput {
  /** Default: all. */
  readonly FragmentSelector?: FragmentSelector;
  /** Default 100. */
  readonly MaxResults?: number;
  /** From the answer before; default: from the beginning. */
  readonly NextToken?: number;
}
export interface ListFragmentsOutput {
  readonly error: VideoError | null;
  readonly Fragments: readonly Fragment[];
  /** -1: there are no more. */
  readonly NextToken: number;
}
export interface FragmentOutput {
  readonly error: VideoError | null;
  readonly fragment: Fragment | null;
}
export interface ClipOutput {
  readonly error: VideoError | null;
  readonly bytes: number;
}

export type PlaybackProtocol = 'HLS' | 'DASH';
export interface SessionInput {
  /** Default LIVE. */
  readonly PlaybackMode?: 'LIVE' | 'LIVE_REPLAY' | 'ON_DEMAND';
  /** Needed but for LIVE. */
  readonly FragmentSelector?: FragmentSelector;
  /** Seconds; default 300. */
  readonly Expires?: number;
  /** Fragments of a playlist; default 5 for LIVE, else 1,000. */
  readonly MaxFragments?: number;
}
export interface SessionOutput {
  readonly error: VideoError | null;
  /** -1 where there is an error. */
  readonly session: number;
}

export interface VideoOperations {
  PutMedia(producer: VideoProducer, tag: number): ConnectionOutput;
  sendFragment(connection: number, fragment: FragmentInput): void;
  closePutMedia(connection: number): void;
  GetMedia(selector: StartSelector, viewer: Viewer, tag: number): ConnectionOutput;
  GetMediaForFragmentList(fragments: readonly number[], viewer: Viewer, tag: number): ConnectionOutput;
  closeGetMedia(connection: number): void;
  ListFragments(input?: ListFragmentsInput): ListFragmentsOutput;
  GetClip(selector: FragmentSelector): ClipOutput;
  GetImages(images: number, samplingIntervalMs: number): VideoError | null;
  GetStreamingSessionURL(protocol: PlaybackProtocol, input?: SessionInput): SessionOutput;
  /** HLS: GetHLSMediaPlaylist; DASH: GetDASHManifest. */
  GetPlaylist(session: number): ListFragmentsOutput;
  GetInitFragment(session: number): VideoError | null;
  GetMediaFragment(session: number, FragmentNumber: number): FragmentOutput;
  UpdateDataRetention(
    Operation: 'INCREASE_DATA_RETENTION' | 'DECREASE_DATA_RETENTION',
    ChangeInHours: number,
  ): VideoError | null;
}
