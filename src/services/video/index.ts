// The door of Kinesis Video Streams.
export { VideoModelError } from './errors.ts';
export type * from './operations.ts';
export { type CameraFleetSettings, type StorageTier, type VideoSettings, videoSettings } from './settings.ts';
export { VideoStream } from './video-stream.ts';
