/** Whether a routing key is one of those that a binding to a topic exchange names: words between dots, `*` one word, `#` any number of them. */
export function matchesTopic(pattern: string, routingKey: string): boolean {
  return matches(wordsOf(pattern), 0, wordsOf(routingKey), 0);
}

/** An empty key has no word; `a.` has two, the second of which is empty. */
const wordsOf = (key: string): readonly string[] => (key === '' ? [] : key.split('.'));

function matches(pattern: readonly string[], p: number, key: readonly string[], k: number): boolean {
  if (p === pattern.length) return k === key.length;
  if (pattern[p] === '#') {
    for (let next = k; next <= key.length; next++) if (matches(pattern, p + 1, key, next)) return true;
    return false;
  }
  if (k === key.length) return false;
  return (pattern[p] === '*' || pattern[p] === key[k]) && matches(pattern, p + 1, key, k + 1);
}
