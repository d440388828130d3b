import {
  failuresThatCount,
  type RetrainingDecision,
  type RetrainingFacts,
} from '../../domain/learning/decide-retraining';
import type { LearningCycle } from '../../domain/learning/learning-cycle';
import type { LearningSettings } from '../../domain/learning/learning-settings';
import type { ModelVersion } from '../../domain/model-version';
import type { Trainer } from '../../domain/trainer';
import { requireTrainer } from '../../domain/trainers';
import type { Arrivals, LearningCycles } from '../../learning-ports';
import type { Clock } from '../../ports';
import { learningMoved } from '../../telemetry';

/** What starting a cycle needs. */
export interface StartCycleParts {
  readonly cycles: Pick<LearningCycles, 'begin'>;
  readonly arrivals: Pick<Arrivals, 'newest' | 'between'>;
  readonly trainers: ReadonlyMap<string, Trainer>;
  readonly settings: LearningSettings;
  readonly clock: Clock;
  readonly newCycleId: () => string;
}

/** What came earlier than so long ago is not new any more: a fifth of it is a day. */
const NEW_FOR_MS = 5 * 24 * 3_600_000;
/** A shift leaves so much of what was learned from behind it before it is learned from that alone. */
const SHIFT_SHARE = 0.1;
/** The setting of recipes that know by themselves what to make of a shift. */
const TASTES_SINCE = 'tastesSince';
/** Whose taste changed is told by what they were shown and left alone: a recipe that counts no showings cannot (docs/results.md). */
const canTell = (recipe: Recipe) => TASTES_SINCE in recipe && Number(recipe.shownWeight) > 0;

/** Makes the use case: begins a cycle as it was decided; undefined where another replica has begun one. */
export function makeStartCycle(parts: StartCycleParts) {
  return async function startCycle(
    facts: RetrainingFacts,
    decision: RetrainingDecision,
    actor: string,
  ): Promise<LearningCycle | undefined> {
    const { production, model } = facts;
    const now = parts.clock();
    const heldOutFrom = production && (await beginOfExam(parts, facts, production));
    const recipe = recipeOf(parts, model, production);
    const { learnFrom, settings } = await afterShift(parts, { ...facts, recipe, until: heldOutFrom ?? now });
    const cycle: LearningCycle = {
      ...{ cycleId: parts.newCycleId(), model, stage: 'training', reason: decision.reason, actor },
      settings,
      ...(heldOutFrom && { heldOutFrom }),
      ...(learnFrom && { learnFrom }),
      ...(production && { champion: production.ref }),
      ...{ checks: [], outcome: '', startedAt: now, failureCount: failuresThatCount(facts) },
      steps: [{ stage: 'training', at: now, reason: decision.reason }],
    };
    if (!(await parts.cycles.begin(cycle))) return undefined;
    learningMoved({ model, stage: 'training' });
    return cycle;
  };
}

/**
 * The newest share of what is new is kept back, for questions that neither champion nor challenger has seen. New is what came after the
 * champion's training, in the last days, and after a shift: what was held back of a longer time a challenger would lack, the more the longer
 * none is promoted, and questions from before a shift ask for what nobody wants any more.
 */
async function beginOfExam(
  { arrivals, settings, clock }: StartCycleParts,
  { arrivals: { since }, shiftedAt }: RetrainingFacts,
  { trainedTo }: ModelVersion,
): Promise<Date | undefined> {
  if (since === 0) return undefined;
  const now = clock();
  const newFrom = latest(latest(trainedTo, shiftedAt), new Date(now.getTime() - NEW_FOR_MS));
  const isAll = newFrom.getTime() === trainedTo.getTime();
  const happened = isAll ? since : await arrivals.between(newFrom, now);
  const wanted = Math.max(Math.ceil(settings.heldOutShare * happened), Math.ceil(settings.proofLeast / 2));
  return arrivals.newest(Math.min(wanted, since), trainedTo);
}

interface ShiftFacts extends RetrainingFacts {
  readonly recipe: Recipe;
  readonly until: Date;
}

type Recipe = Readonly<Record<string, unknown>>;
type Learning = Pick<LearningCycle, 'learnFrom' | 'settings'>;

/**
 * What people liked before an alert of drift began would outweigh what they like now. A recipe that counts showings and knows of shifts is told when it was,
 * learns from everything, and remembers it in the versions that follow; any other learns from what happened since alone, where that is
 * enough. A recipe that chooses by itself how fast it forgets needs neither, and the cycle after one that failed so learns from everything.
 */
async function afterShift(parts: StartCycleParts, facts: ShiftFacts): Promise<Learning> {
  const { arrivals, settings } = parts;
  const { shiftedAt, recipe, until, lastCycle } = facts;
  const usual = settings.historyMs > 0 ? { learnFrom: new Date(until.getTime() - settings.historyMs) } : {};
  const asUsual = { ...usual, settings: recipe };
  if (shiftedAt === undefined || shiftedAt >= until || recipe.halfLifeDays === 'auto') return asUsual;
  const happened = await arrivals.between(shiftedAt, until);
  if (happened < settings.proofLeast) return asUsual;
  if (canTell(recipe)) return { ...usual, settings: told(recipe, shiftedAt) };
  const failedSo = (lastCycle?.failureCount ?? 0) > 0 && lastCycle?.learnFrom !== undefined;
  if (failedSo || happened < SHIFT_SHARE * facts.arrivals.before) return asUsual;
  const learnFrom = latest(shiftedAt, usual.learnFrom);
  return { learnFrom, settings: recipe };
}

/** An alert that began before the shift that the recipe knows says nothing new. */
function told(recipe: Recipe, shiftedAt: Date): Recipe {
  const known = recipe[TASTES_SINCE];
  const isNews = typeof known !== 'string' || known === '' || new Date(known) < shiftedAt;
  return isNews ? { ...recipe, [TASTES_SINCE]: shiftedAt.toISOString() } : recipe;
}

const latest = (a: Date, b: Date | undefined) => (b !== undefined && b > a ? b : a);

/** The recipe in production; where this build does not know its settings any more, the trainer's own. */
function recipeOf({ trainers }: StartCycleParts, model: string, production: ModelVersion | undefined): Recipe {
  const trainer = requireTrainer(trainers, model);
  try {
    return trainer.parseSettings(production?.settings ?? {});
  } catch {
    return trainer.parseSettings({});
  }
}
