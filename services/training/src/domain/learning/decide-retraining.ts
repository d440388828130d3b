import type { ModelVersion } from '../model-version';
import { isOver, type LearningCycle } from './learning-cycle';
import { backOffMs, type LearningSettings } from './learning-settings';

/** An open alert about a model, as monitoring tells it. */
export interface DriftAlert {
  readonly alertId: string;
  readonly model: string;
  readonly kind: string;
  readonly summary: string;
  readonly startedAt: Date;
}

/** What came in, by when it happened. */
export interface ArrivalCounts {
  /** After what the version in production learned from. */
  readonly since: number;
  /** Until then, as far as it was counted. */
  readonly before: number;
}

/** What is known of one model. */
export interface RetrainingFacts {
  readonly model: string;
  readonly production?: ModelVersion;
  /** The newest cycle, under way or over. */
  readonly lastCycle?: LearningCycle;
  /** Open alerts about the version in production. */
  readonly alerts: readonly DriftAlert[];
  /** When tastes shifted, as far as alerts about the model tell, of whatever version: a shift outlives a version, and its alert. */
  readonly shiftedAt?: Date | undefined;
  readonly arrivals: ArrivalCounts;
}

/** What one rule said. */
export interface RetrainingRule {
  readonly name: string;
  readonly holds: boolean;
  readonly reason: string;
}

/** Whether a model should be trained again, and why or why not. */
export interface RetrainingDecision {
  readonly model: string;
  readonly retrain: boolean;
  readonly reason: string;
  readonly rules: readonly RetrainingRule[];
  readonly currentCycle?: LearningCycle;
  readonly notBefore?: Date;
}

const DAY_MS = 24 * 3_600_000;
/** Rules that need no round of the schedule: what they speak of has just happened. */
const AT_ONCE: readonly string[] = ['drift_alert', 'new_data'];

/** Decides about one model. Rules that speak for it are asked first; one that speaks against it outweighs them all. */
export function decideRetraining(facts: RetrainingFacts, settings: LearningSettings, now: Date): RetrainingDecision {
  const reasons = [
    firstVersion(facts, settings),
    driftAlert(facts),
    newData(facts, settings),
    age(facts, settings, now),
    erasure(facts),
    rule('asked', false, 'nobody asked for it; Retrain with force and a reason does'),
  ];
  const notBefore = notBeforeOf(facts, settings);
  const obstacles = [
    cycleRunning(facts),
    backingOff(facts, notBefore, now),
    tooLittleData(facts, settings),
    notInUse(facts, settings),
  ];
  const [holding, against] = [reasons, obstacles].map((rules) => rules.filter(({ holds }) => holds));
  const retrain = holding!.length > 0 && against!.length === 0;
  const { lastCycle } = facts;
  return {
    model: facts.model,
    retrain,
    reason: sentenceOf(holding!, against!),
    rules: [...reasons, ...obstacles],
    ...(lastCycle !== undefined && !isOver(lastCycle) ? { currentCycle: lastCycle } : {}),
    ...(notBefore !== undefined && notBefore > now ? { notBefore } : {}),
  };
}

/** Whether a decision to train need not wait for the schedule. */
export function isUrgent({ retrain, rules }: RetrainingDecision): boolean {
  return retrain && rules.some(({ name, holds }) => holds && AT_ONCE.includes(name));
}

/** The decision of a caller who wants a training whatever the rules say; throws nothing, the cycle under way stands against it alone. */
export function forced(decision: RetrainingDecision, reason: string): RetrainingDecision {
  const rules = decision.rules.map((one) => (one.name === 'asked' ? rule('asked', true, reason) : one));
  const running = rules.find(({ name, holds }) => name === 'cycle_running' && holds);
  return { ...decision, rules, retrain: running === undefined, reason: running?.reason ?? `asked: ${reason}` };
}

function sentenceOf(holding: readonly RetrainingRule[], against: readonly RetrainingRule[]): string {
  const texts = (rules: readonly RetrainingRule[]) => rules.map(({ reason }) => reason).join('; ');
  if (against.length > 0) return holding.length > 0 ? `${texts(against)}, though ${texts(holding)}` : texts(against);
  return holding.length > 0 ? texts(holding) : 'no rule asks for it';
}

const rule = (name: string, holds: boolean, reason: string): RetrainingRule => ({ name, holds, reason });

function firstVersion({ model, production }: RetrainingFacts, { firstModels }: LearningSettings): RetrainingRule {
  if (production !== undefined) return rule('first_version', false, `v${production.ref.version} is in production`);
  if (firstModels.includes(model)) return rule('first_version', true, 'no version is in production yet');
  return rule('first_version', false, 'first versions of this model are trained when somebody asks');
}

function driftAlert({ alerts }: RetrainingFacts): RetrainingRule {
  const [first] = alerts;
  if (first === undefined) return rule('drift_alert', false, 'no alert of drift is open');
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : '';
  return rule('drift_alert', true, `${first.kind} since ${at(first.startedAt)}: ${first.summary}${more}`);
}

function newData({ production, arrivals }: RetrainingFacts, { newShare, newLeast }: LearningSettings): RetrainingRule {
  if (production === undefined) return rule('new_data', false, 'nothing is in production that data could be new to');
  const learned = learnedFrom(production, arrivals);
  const needed = Math.max(newLeast, Math.ceil(newShare * learned));
  const what = `${arrivals.since} interactions since it learned from ${learned}`;
  return rule('new_data', arrivals.since >= needed, `${what}; from ${needed} on that is significant`);
}

/** What was counted is like for like; a version from before anything was counted says itself what it learned from. */
function learnedFrom({ metrics }: ModelVersion, { before }: ArrivalCounts): number {
  return Math.max(before, metrics.interactions ?? metrics.examples ?? 0);
}

function age({ production }: RetrainingFacts, { maxAgeMs }: LearningSettings, now: Date): RetrainingRule {
  if (production === undefined) return rule('age', false, 'nothing is in production that could be old');
  const ageMs = now.getTime() - production.trainedTo.getTime();
  const days = (ms: number) => `${(ms / DAY_MS).toFixed(1)} days`;
  return rule('age', ageMs > maxAgeMs, `what it learned ends ${days(ageMs)} ago; more than ${days(maxAgeMs)} is old`);
}

function erasure({ production }: RetrainingFacts): RetrainingRule {
  const mark = production?.retrain;
  return mark === undefined
    ? rule('erasure', false, 'nobody whom it learned from was erased')
    : rule('erasure', true, mark.reason);
}

function cycleRunning({ lastCycle }: RetrainingFacts): RetrainingRule {
  if (lastCycle === undefined || isOver(lastCycle)) return rule('cycle_running', false, 'no cycle is under way');
  return rule('cycle_running', true, `cycle ${lastCycle.cycleId} is under way: ${lastCycle.stage}`);
}

/**
 * How many cycles in a row ended without a promotion, as far as that says something of another one: what has begun to drift since the last of
 * them stopped learning is news, and none of them can have learned from it.
 */
export function failuresThatCount({ lastCycle, alerts }: Pick<RetrainingFacts, 'lastCycle' | 'alerts'>): number {
  if (lastCycle === undefined) return 0;
  const learnedTo = lastCycle.heldOutFrom ?? lastCycle.startedAt;
  return alerts.some(({ startedAt }) => startedAt >= learnedTo) ? 0 : lastCycle.failureCount;
}

function notBeforeOf(facts: RetrainingFacts, settings: LearningSettings): Date | undefined {
  const { lastCycle } = facts;
  if (lastCycle?.endedAt === undefined || lastCycle.failureCount === 0) return undefined;
  return new Date(lastCycle.endedAt.getTime() + backOffMs(Math.max(1, failuresThatCount(facts)), settings));
}

function backingOff({ lastCycle }: RetrainingFacts, notBefore: Date | undefined, now: Date): RetrainingRule {
  if (notBefore === undefined) return rule('backing_off', false, 'no cycle has just ended without a promotion');
  const times = lastCycle!.failureCount === 1 ? 'the last cycle' : `the last ${lastCycle!.failureCount} cycles`;
  return rule('backing_off', notBefore > now, `${times} ended without a promotion; not before ${at(notBefore)}`);
}

function tooLittleData({ production, arrivals }: RetrainingFacts, { proofLeast }: LearningSettings): RetrainingRule {
  if (production === undefined) return rule('too_little_data', false, 'a first version is compared with a baseline');
  const what = `${arrivals.since} interactions since it was trained`;
  return rule('too_little_data', arrivals.since < proofLeast, `${what}; ${proofLeast} are needed to prove another one`);
}

function notInUse({ model, production }: RetrainingFacts, { firstModels }: LearningSettings): RetrainingRule {
  if (production !== undefined) return rule('not_in_use', false, `v${production.ref.version} is in production`);
  return rule('not_in_use', !firstModels.includes(model), 'nothing of it is in production');
}

const at = (moment: Date) => moment.toISOString().slice(0, 16).replace('T', ' ');
