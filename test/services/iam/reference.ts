/**
 * Policy evaluation over again, for clarity: AWS's rules read off the page, over JSON, without parsing, caching or reasons. `wrong` breaks
 * one of them on purpose, so that a test shows that it would be seen.
 */
export const WRONGS = [
  'denyIgnored',
  'allowBeatsDeny',
  'crossAccountUnion',
  'sameAccountIntersection',
  'boundaryIgnored',
  'boundaryGrants',
  'boundaryBindsNamedUsers',
  'endpointIgnored',
  'serviceControlIgnored',
  'serviceControlBindsServices',
  'notActionInverted',
  'notResourceInverted',
  'notPrincipalInverted',
  'conditionsOred',
  'missingKeyMatches',
  'missingKeyFailsNegated',
  'negatedAny',
  'arnStarGreedy',
  'keyPolicyNotNeeded',
  'accountNamesGrant',
  'serviceByIdentity',
  'adminAcrossAccounts',
  'batchUncovered',
] as const;
export type Wrong = (typeof WRONGS)[number];

export type Texts = string | readonly string[];
export interface JsonStatement {
  readonly Effect: string;
  readonly Principal?: '*' | { readonly AWS?: Texts; readonly Service?: Texts };
  readonly NotPrincipal?: { readonly AWS?: Texts; readonly Service?: Texts };
  readonly Action?: Texts;
  readonly NotAction?: Texts;
  readonly Resource?: Texts;
  readonly NotResource?: Texts;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
}

export interface Asked {
  readonly kind: 'role' | 'user' | 'service';
  /** ARN, or the name of the service. */
  readonly who: string;
  /** Empty: a service has none. */
  readonly account: string;
  readonly action: string;
  readonly arn: string;
  readonly owner: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
}

export interface Written {
  readonly identity: readonly JsonStatement[];
  readonly resource: readonly JsonStatement[];
  readonly boundary: readonly JsonStatement[] | null;
  readonly endpoint: readonly JsonStatement[] | null;
  readonly serviceControl: readonly JsonStatement[] | null;
  readonly isKey: boolean;
}

const NOT_ACROSS = ['sqs:DeleteQueue', 'sqs:SetQueueAttributes', 'sqs:AddPermission'];

export function judge(written: Asked, policies: Written, wrong?: Wrong): 'allowed' | 'denied' {
  const is = (one: Wrong): boolean => wrong === one;
  const asked = is('batchUncovered') ? written : { ...written, action: written.action.replace(/Batch$/, '') };
  const { identity, resource, boundary, endpoint, serviceControl, isKey } = policies;
  const says = (effect: string, statements: readonly JsonStatement[]): JsonStatement[] =>
    statements.filter((one) => one.Effect === effect && fits(one, asked, wrong));
  const allows = (statements: readonly JsonStatement[]): boolean => says('Allow', statements).length > 0;

  const isService = asked.kind === 'service';
  const own =
    isService && !is('serviceByIdentity') ? [] : [...identity, ...(boundary ?? []), ...(serviceControl ?? [])];
  const denied = says('Deny', [...own, ...resource, ...(endpoint ?? [])]).length > 0;
  const allowedByAny = allows(identity) || allows(resource);
  if (denied && !is('denyIgnored') && !(is('allowBeatsDeny') && allowedByAny)) return 'denied';

  if (endpoint !== null && !is('endpointIgnored') && !allows(endpoint)) return 'denied';
  if (serviceControl !== null && !is('serviceControlIgnored') && !allows(serviceControl)) {
    if (!isService || is('serviceControlBindsServices')) return 'denied';
  }
  if (isService) return allows(resource) || (is('serviceByIdentity') && allows(identity)) ? 'allowed' : 'denied';

  const withinBoundary = boundary === null || is('boundaryIgnored') || allows(boundary);
  const byIdentity =
    (allows(identity) || (is('boundaryGrants') && boundary !== null && allows(boundary))) && withinBoundary;
  // What names the account hands on to its policies; what names the caller, or everybody, grants.
  const grants = says('Allow', resource).filter((one) => is('accountNamesGrant') || !onlyAccount(one, asked));
  const namesUser = asked.kind === 'user' && grants.some((one) => list(principalOf(one)?.AWS).includes(asked.who));
  const byResource = grants.length > 0 && (withinBoundary || (namesUser && !is('boundaryBindsNamedUsers')));

  if (asked.account === asked.owner) {
    if (is('sameAccountIntersection')) return byIdentity && allows(resource) ? 'allowed' : 'denied';
    if (byResource) return 'allowed';
    if (isKey && !is('keyPolicyNotNeeded') && !allows(resource)) return 'denied';
    return byIdentity ? 'allowed' : 'denied';
  }
  if (NOT_ACROSS.includes(asked.action) && !is('adminAcrossAccounts')) return 'denied';
  if (is('crossAccountUnion')) return byIdentity || byResource ? 'allowed' : 'denied';
  return byIdentity && allows(resource) ? 'allowed' : 'denied';
}

function fits(one: JsonStatement, asked: Asked, wrong: Wrong | undefined): boolean {
  return (
    principalFits(one, asked, wrong) &&
    (one.NotAction === undefined
      ? some(one.Action, (pattern) => like(pattern.toLowerCase(), asked.action.toLowerCase()))
      : some(one.NotAction, (pattern) => like(pattern.toLowerCase(), asked.action.toLowerCase())) ===
        (wrong === 'notActionInverted')) &&
    (one.NotResource === undefined
      ? some(one.Resource, (pattern) => arnLike(pattern, asked.arn, wrong))
      : some(one.NotResource, (pattern) => arnLike(pattern, asked.arn, wrong)) === (wrong === 'notResourceInverted')) &&
    conditionsHold(one, asked, wrong)
  );
}

function principalFits(one: JsonStatement, asked: Asked, wrong: Wrong | undefined): boolean {
  if (one.NotPrincipal !== undefined) return named(one.NotPrincipal, asked) === (wrong === 'notPrincipalInverted');
  return one.Principal === undefined || one.Principal === '*' || named(one.Principal, asked);
}

function named(principal: { readonly AWS?: Texts; readonly Service?: Texts }, asked: Asked): boolean {
  if (asked.kind === 'service') return list(principal.Service).includes(asked.who) || list(principal.AWS).includes('*');
  return list(principal.AWS).some((text) => text === '*' || text === asked.who || text === asked.account);
}

/** Whether a statement takes the caller in by its account alone. */
function onlyAccount(one: JsonStatement, asked: Asked): boolean {
  const principal = principalOf(one);
  if (principal === null) return false;
  return !list(principal.AWS).some((text) => text === '*' || text === asked.who);
}

function principalOf({ Principal }: JsonStatement): { readonly AWS?: Texts; readonly Service?: Texts } | null {
  return Principal === undefined || Principal === '*' ? null : Principal;
}

function conditionsHold({ Condition }: JsonStatement, asked: Asked, wrong: Wrong | undefined): boolean {
  const tests = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, wanted]) => conditionHolds(operator, key, list(wanted), asked, wrong)),
  );
  return tests.length === 0 || (wrong === 'conditionsOred' ? tests.includes(true) : !tests.includes(false));
}

function conditionHolds(
  operator: string,
  key: string,
  wanted: readonly string[],
  { context }: Asked,
  wrong: Wrong | undefined,
): boolean {
  const values = context[key.toLowerCase()];
  if (operator === 'Null') return (values === undefined) === (wanted[0] === 'true');
  const base = operator.replace('IfExists', '');
  const negated = base.includes('Not');
  if (values === undefined) {
    if (base !== operator || wrong === 'missingKeyMatches') return true;
    return negated && wrong !== 'missingKeyFailsNegated';
  }
  const compare = base.includes('Like') ? like : (pattern: string, text: string) => pattern === text;
  const anyFits = (value: string): boolean => wanted.some((one) => compare(one, value));
  if (!negated) return values.some(anyFits);
  return wrong === 'negatedAny'
    ? values.some((value) => wanted.some((one) => !compare(one, value)))
    : !values.some(anyFits);
}

/** `*`: any characters; `?`: one. */
function like(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === '*') return like(rest, text) || (text !== '' && like(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && like(rest, text.slice(1));
}

/** Part by part; only a star at the very end reaches over colons. */
function arnLike(pattern: string, arn: string, wrong: Wrong | undefined): boolean {
  if (wrong === 'arnStarGreedy') return like(pattern, arn);
  const [patterns, parts] = [pattern.split(':'), arn.split(':')];
  if (patterns.length < parts.length && pattern.endsWith('*')) return like(pattern, arn);
  return patterns.length === parts.length && patterns.every((one, i) => like(one, parts[i] as string));
}

function some(texts: Texts | undefined, fit: (text: string) => boolean): boolean {
  return texts === undefined || list(texts).some(fit);
}

function list(texts: Texts | undefined): readonly string[] {
  return texts === undefined ? [] : typeof texts === 'string' ? [texts] : texts;
}
