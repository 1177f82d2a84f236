/**
 * Names of topics and filters, as section 4.7 of the specification has them.
 *
 *   sensors/+/temperature      one level, whatever it is (an empty one too)
 *   sensors/#                  `sensors` itself and all below
 *   $SYS/…                     no filter that begins with a wildcard matches it
 */

const MAX_LENGTH = 65_535;

/** What may be published to. */
export function isTopicName(name: string): boolean {
  if (name.length === 0 || name.length > MAX_LENGTH) return false;
  for (let i = 0; i < name.length; i++) {
    const character = name.charCodeAt(i);
    if (character === PLUS || character === HASH || character === 0) return false;
  }
  return true;
}

const PLUS = '+'.charCodeAt(0);
const HASH = '#'.charCodeAt(0);

/** What may be subscribed to: wildcards stand alone in their level, `#` in the last one only. */
export function isTopicFilter(filter: string): boolean {
  if (filter.length === 0 || filter.length > MAX_LENGTH || filter.includes('\0')) return false;
  const levels = filter.split('/');
  return levels.every((level, i) => {
    if (level === '+') return true;
    if (level === '#') return i === levels.length - 1;
    return !level.includes('+') && !level.includes('#');
  });
}

export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

/** The server's own topics, which a leading wildcard leaves out. */
export function isSystemTopic(name: string): boolean {
  return name.startsWith('$');
}
