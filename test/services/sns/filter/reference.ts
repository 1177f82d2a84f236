/** Filter policies once more, slowly: straight over the policy's JSON, one rule a line, as the guide tells it. Attributes only. */
export type Attributes = Readonly<Record<string, string | number | readonly (string | number | boolean | null)[]>>;

export function passes(policy: Record<string, unknown>, attributes: Attributes): boolean {
  return Object.entries(policy).every(([key, value]) =>
    key === '$or'
      ? (value as Record<string, unknown>[]).some((branch) => passes(branch, attributes))
      : (value as unknown[]).some((pattern) => fits(pattern, attributes[key])),
  );
}

function fits(pattern: unknown, found: Attributes[string] | undefined): boolean {
  if (found === undefined) return isOperator(pattern) && 'exists' in pattern && pattern['exists'] === false;
  const values = Array.isArray(found) ? (found as unknown[]) : [found];
  return values.some((value) => fitsOne(pattern, value));
}

function fitsOne(pattern: unknown, value: unknown): boolean {
  if (!isOperator(pattern)) return pattern === value;
  const [[name, operand]] = Object.entries(pattern) as [[string, unknown]];
  const isText = typeof value === 'string';
  if (name === 'exists') return operand === true;
  if (name === 'prefix') return isText && value.indexOf(operand as string) === 0;
  if (name === 'suffix') return isText && value.slice(value.length - (operand as string).length) === operand;
  if (name === 'equals-ignore-case') return isText && value.toUpperCase() === (operand as string).toUpperCase();
  if (name === 'numeric') return typeof value === 'number' && inRange(operand as (string | number)[], value);
  if (Array.isArray(operand)) return !(operand as unknown[]).includes(value);
  if (isOperator(operand)) return isText && !value.startsWith(operand['prefix'] as string);
  return operand !== value;
}

function inRange(range: readonly (string | number)[], value: number): boolean {
  for (let i = 0; i < range.length; i += 2) {
    const limit = range[i + 1] as number;
    const held = {
      '=': value === limit,
      '<': value < limit,
      '<=': value <= limit,
      '>': value > limit,
      '>=': value >= limit,
    };
    if (!held[range[i] as keyof typeof held]) return false;
  }
  return true;
}

function isOperator(pattern: unknown): pattern is Record<string, unknown> {
  return typeof pattern === 'object' && pattern !== null;
}
