/** The errors a video stream answers with: AWS's codes, and of acknowledgements its numbers. Texts are assumed. */
import { videoFacts as f } from '../../facts/index.ts';
import type { VideoError } from './operations.ts';

function error(code: string, message: string, httpStatus = 400): VideoError {
  return { code, message, httpStatus };
}

export const videoErrors = {
  rate: (what: string): VideoError => error('ClientLimitExceededException', `Rate of ${what} exceeded.`),
  connections: (what: string, most: number): VideoError =>
    error('ConnectionLimitExceededException', `${what} has ${most} connections, the most it may have.`),
  invalid: (message: string): VideoError => error('InvalidArgumentException', message),
  noRetention: (name: string): VideoError =>
    error('NoDataRetentionException', `Stream ${name} keeps no data: its retention is 0 hours.`),
  missing: (what: string): VideoError => error('ResourceNotFoundException', `${what} is not there.`, 404),
  /** The code is assumed. */
  clipSize: error('InvalidArgumentException', `A clip has ${f.clipBytesMax.value} bytes at most.`),
  clipLength: error('InvalidArgumentException', `A clip has ${f.clipFragmentsMax.value} fragments at most.`),
  sessionOver: error('NotAuthorizedException', 'The session token is not valid, or no longer.', 401),
} as const;

export interface AckError {
  readonly ErrorId: number;
  readonly ErrorCode: string;
}
/** Those that a fragment can meet here. */
export const ackErrors = {
  size: { ErrorId: 4001, ErrorCode: 'MAX_FRAGMENT_SIZE_REACHED' },
  duration: { ErrorId: 4002, ErrorCode: 'MAX_FRAGMENT_DURATION_REACHED' },
  connectionDuration: { ErrorId: 4003, ErrorCode: 'MAX_CONNECTION_DURATION_REACHED' },
  timecode: { ErrorId: 4004, ErrorCode: 'FRAGMENT_TIMECODE_LESSER_THAN_PREVIOUS' },
  tracks: { ErrorId: 4005, ErrorCode: 'MORE_THAN_ALLOWED_TRACKS_FOUND' },
  metadata: { ErrorId: 4009, ErrorCode: 'FRAGMENT_METADATA_LIMIT_REACHED' },
  /** AWS publishes no number of it. */
  tooShort: { ErrorId: -1, ErrorCode: 'MIN_FRAGMENT_DURATION_REACHED' },
} as const satisfies Record<string, AckError>;

/** A programmer's error: thrown, never answered. */
export class VideoModelError extends Error {
  readonly code: 'bad-setting';

  constructor(message: string) {
    super(message);
    this.name = 'VideoModelError';
    this.code = 'bad-setting';
  }
}
