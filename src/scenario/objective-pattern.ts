/** Objectives as a regular expression: every figure with its statistics, and a limit in the unit of each. */
import {
  COUNT_FIELDS,
  FIELDS,
  LATENCY_STATISTICS,
  type LimitUnit,
  METRIC_STATISTICS,
  METRICS,
  RESPONSE_FIELDS,
} from './metrics.ts';
import { COST_FIGURES } from './prices.ts';
import { PATTERNS, whole } from './patterns.ts';

const LIMITS: Readonly<Record<LimitUnit, string>> = {
  count: PATTERNS.number,
  number: PATTERNS.number,
  milliseconds: PATTERNS.duration,
  seconds: PATTERNS.duration,
  perSecond: PATTERNS.rate,
  share: PATTERNS.share,
  bytes: PATTERNS.size,
  usd: `(\\$\\s*)?${PATTERNS.number}(\\s*(USD|\\$))?`,
};

type ByUnit = Map<LimitUnit, Set<string>>;

/** Of the whole sentence. */
export function objectivePattern(): string {
  const ofTraffic = figuresOfTraffic().map((one) => sentence(one, ''));
  const ofResource = figuresOfResources().map((one) => sentence(one, 'resource\\s+'));
  const ofCost = Object.keys(COST_FIGURES).map((figure) => figure.replace('.', '\\.'));
  const cost = `(${ofCost.join('|')})\\s*(<=|>=|==|!=|<|>)\\s*(${LIMITS.usd})`;
  return whole([...ofTraffic, ...ofResource, cost].join('|'));
}

function sentence([unit, figures]: readonly [LimitUnit, ReadonlySet<string>], before: string): string {
  const figure = [...figures].map((text) => text.replaceAll('.', '\\.')).join('|');
  // A subscription is called after its topic and what it delivers to.
  const name = before === '' ? '[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z][A-Za-z0-9_-]*)?' : '[A-Za-z][A-Za-z0-9_-]*';
  return `(${figure})\\s+of\\s+${before}${name}\\s*(<=|>=|==|!=|<|>)\\s*(${LIMITS[unit]})`;
}

function add(to: ByUnit, unit: LimitUnit, figure: string): void {
  to.set(unit, (to.get(unit) ?? new Set()).add(figure));
}

function figuresOfTraffic(): readonly (readonly [LimitUnit, ReadonlySet<string>])[] {
  const figures: ByUnit = new Map();
  for (const [name, { field, unit }] of FIELDS) {
    if (field === 'completionMs' || field === 'responseMs') {
      for (const one of LATENCY_STATISTICS) add(figures, one === 'count' ? 'count' : unit, `${name}.${one}`);
    } else add(figures, unit, name);
  }
  for (const field of COUNT_FIELDS) add(figures, 'share', `${field}.share`);
  for (const told of RESPONSE_FIELDS) add(figures, 'count', `response.${told}`);
  return [...figures];
}

function figuresOfResources(): readonly (readonly [LimitUnit, ReadonlySet<string>])[] {
  const figures: ByUnit = new Map();
  for (const metrics of Object.values(METRICS)) {
    for (const [name, { kind, unit }] of metrics) {
      for (const one of METRIC_STATISTICS[kind]) {
        add(figures, kind === 'counter' && one === 'mean' ? 'perSecond' : unit, `metrics.${name}.${one}`);
      }
    }
  }
  return [...figures];
}
