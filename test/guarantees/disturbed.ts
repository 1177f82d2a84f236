/** What may happen beside a story without a difference to any promise. */
/** Records that say of nobody what they are about. They hold no place in any promise. */
export const OF_NOBODY = [
  'shop sends',
  'shop sent',
  'w1 gets',
  'w1 deletes',
  'w1 deleted',
  'w1 hides v=9',
  'w1 begins',
  'w1 does',
  'w1 fails',
  't owes',
  't delivers',
  't drops',
  'op finds',
];
/** What others do with others, at a resource that is watched. */
export const ELSEWHERE = [
  ...OF_NOBODY,
  'shop refused',
  'w1 undeleted',
  'p publishes',
  'p published',
  'p unpublished',
].map((what) => {
  const [client, verb, ...more] = what.split(' ');
  return [client, verb, 'z on=aside g=99 s=0 d=99 call=99', ...more].join(' ');
});

/** The story with more after each line that has a time, as long as nobody waits for the system to come to rest. */
export function disturbed(told: string, more: readonly string[]): string {
  const lines = told.split('\n');
  const healed = lines.indexOf('healed');
  return lines
    .flatMap((line, i) => {
      const at = /^[\d.]+/.exec(line)?.[0];
      return at === undefined || (healed >= 0 && i > healed) ? [line] : [line, ...more.map((what) => `${at} ${what}`)];
    })
    .join('\n');
}
