import { percent } from './percent';
import { rateBounds } from './rate-bounds';

/** What became of the slates of some users. */
export interface SlateOutcomes {
  readonly slates: number;
  /** Slates for which a stage failed or ran late. */
  readonly degraded: number;
  /** [SLOW_MS]: slates that took longer than each of these times. */
  readonly slow: readonly number[];
  /** Slates of which somebody did something positive with an item. */
  readonly clicked: number;
}

/** The slates of the users whom a canary serves, and of all others, since it began. */
export interface CanaryOutcomes {
  readonly canary: SlateOutcomes;
  readonly production: SlateOutcomes;
}

/** What people notice, and what they do not wait for. Faster differences are nobody's loss. */
export const SLOW_MS: readonly number[] = [50, 100, 200, 500, 1_000];

/** What a guardrail looks at. */
export type GuardrailName = 'errors' | 'latency' | 'clicks';

/** What is known, whenever somebody looks. */
export type GuardrailVerdict = 'collecting' | 'within' | 'breached';

/** One guardrail after a look at it. */
export interface Guardrail {
  readonly name: GuardrailName;
  /** The share of bad outcomes. */
  readonly canaryRate: number;
  readonly productionRate: number;
  readonly count: { readonly canary: number; readonly production: number };
  /** By how much more often outcomes of the canary are bad: with the confidence of the guardrail between these. */
  readonly harm: { readonly least: number; readonly most: number };
  /** By how much more often they may be. */
  readonly tolerance: number;
  readonly verdict: GuardrailVerdict;
  /** The breach in a sentence; empty where there is none. */
  readonly reason: string;
}

/** The probability with which a guardrail of a harmless canary is ever breached, at all looks together. */
export const FALSE_ALARM = 0.01;
/** Fewer slates than this say nothing, however bad they are: the first ones of a version may meet a cold cache. */
export const LEAST_SLATES = 50;
/**
 * Slates of one person resemble each other, and so do those of one bad minute: so many count as one (design effect, Kish, Survey Sampling,
 * 1965).
 */
const DESIGN_EFFECT = 2;
const ERRORS_TOLERANCE = 0.01;
const LATENCY_TOLERANCE = 0.01;
/** Of the clicks of production, the share that a canary may lose. */
const CLICKS_TOLERANCE = 0.05;

/**
 * Judges a canary by its guardrails. The rates of the canary and of production each lie within a confidence sequence (`rateBounds`) with
 * probability 1 - alpha / 2 at all looks together, and so the difference lies between the differences of their ends with 1 - alpha: it may
 * be looked at as often as one likes. A guardrail is breached where even the least difference is more than is tolerated.
 */
export function judgeGuardrails({ canary, production }: CanaryOutcomes): readonly Guardrail[] {
  const isEnough = canary.slates >= LEAST_SLATES && production.slates >= LEAST_SLATES;
  const errors = compare(
    'errors',
    rates({ canary, production }, ({ degraded }) => degraded),
    ERRORS_TOLERANCE,
    FALSE_ALARM,
  );
  const clicks = compareClicks({ canary, production });
  return [errors, compareLatency({ canary, production }), clicks].map((one) =>
    isEnough ? one : { ...one, verdict: 'collecting', reason: '' },
  );
}

interface Rates {
  readonly canary: { readonly happened: number; readonly total: number };
  readonly production: { readonly happened: number; readonly total: number };
}

function rates({ canary, production }: CanaryOutcomes, bad: (one: SlateOutcomes) => number): Rates {
  // Clicks of slates that another replica counted a moment later may be there before them.
  const of = (one: SlateOutcomes) => ({ happened: Math.min(bad(one), one.slates), total: one.slates });
  return { canary: of(canary), production: of(production) };
}

function compare(name: GuardrailName, { canary, production }: Rates, tolerance: number, alpha: number): Guardrail {
  const bounds = { canary: boundsOf(canary, alpha / 2), production: boundsOf(production, alpha / 2) };
  const harm = {
    least: bounds.canary.low - bounds.production.high,
    most: bounds.canary.high - bounds.production.low,
  };
  const [canaryRate, productionRate] = [rateOf(canary), rateOf(production)];
  const isBreached = harm.least > tolerance;
  const what = { errors: 'degraded slates', latency: 'slow slates', clicks: 'slates without a click' }[name];
  return {
    ...{ name, canaryRate, productionRate, harm, tolerance },
    count: { canary: canary.total, production: production.total },
    verdict: isBreached ? 'breached' : 'within',
    reason: isBreached
      ? `${percent(canaryRate)} ${what} of ${canary.total}, in production ${percent(productionRate)} of ${production.total}: ` +
        `at least ${percent(harm.least)} more, and ${percent(tolerance)} more is tolerated`
      : '',
  };
}

/** Each time is a question of its own, so each has its part of the false alarms. The worst one speaks. */
function compareLatency(outcomes: CanaryOutcomes): Guardrail {
  const compared = SLOW_MS.map((_, index) =>
    compare(
      'latency',
      rates(outcomes, ({ slow }) => slow[index] ?? 0),
      LATENCY_TOLERANCE,
      FALSE_ALARM / SLOW_MS.length,
    ),
  );
  const worst = compared.reduce((before, one) => (one.harm.least > before.harm.least ? one : before));
  const ms = SLOW_MS[compared.indexOf(worst)];
  return { ...worst, reason: worst.reason && `slower than ${ms} ms: ${worst.reason}` };
}

/** A loss of clicks is tolerated in proportion to what there is to lose, for certain. */
function compareClicks(outcomes: CanaryOutcomes): Guardrail {
  const missed = rates(outcomes, ({ slates, clicked }) => Math.max(0, slates - clicked));
  const leastClicks = 1 - boundsOf(missed.production, FALSE_ALARM / 2).high;
  return compare('clicks', missed, CLICKS_TOLERANCE * leastClicks, FALSE_ALARM);
}

function boundsOf({ happened, total }: Rates['canary'], alpha: number) {
  return rateBounds({ happened: happened / DESIGN_EFFECT, total: total / DESIGN_EFFECT }, alpha);
}

function rateOf({ happened, total }: Rates['canary']): number {
  return total === 0 ? 0 : happened / total;
}
