/**
 * The windows of one subtask. A window [start, end) of a key
 *
 *   opens with its first record ─▶ fires when the watermark reaches end − 1 ─▶ fires again with each record that is late but allowed
 *   ─▶ is forgotten when the watermark reaches end − 1 + allowed lateness; what comes for it then is late
 */
import { AlignedWindows } from './aligned-windows.ts';
import { SessionWindows } from './session-windows.ts';
import type { AnalyticsSettings } from './settings.ts';
import type { Fire, Windows } from './window-state.ts';

export function windowsOf({ window, allowedLatenessUs }: AnalyticsSettings, fire: Fire): Windows {
  switch (window.kind) {
    case 'tumbling':
      return new AlignedWindows(window.sizeUs, window.sizeUs, allowedLatenessUs, fire);
    case 'sliding':
      return new AlignedWindows(window.sizeUs, window.slideUs, allowedLatenessUs, fire);
    case 'session':
      return new SessionWindows(window.gapUs, allowedLatenessUs, fire);
  }
}
