import type { RetrainingDecision, RetrainingFacts } from '../../domain/learning/decide-retraining';
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

/** A shift of taste leaves so much of what was learned from behind it, and then it is learned from that alone. */
const SHIFT_SHARE = 0.1;

/** Makes the use case: begins a cycle as it was decided; undefined where another replica has begun one. */
export function makeStartCycle(parts: StartCycleParts) {
  return async function startCycle(
    facts: RetrainingFacts,
    decision: RetrainingDecision,
    actor: string,
  ): Promise<LearningCycle | undefined> {
    const { production, model, lastCycle } = facts;
    const now = parts.clock();
    const heldOutFrom = production && (await beginOfExam(parts, facts, production));
    const learnFrom = await beginOfLearning(parts, facts, heldOutFrom ?? now);
    const cycle: LearningCycle = {
      ...{ cycleId: parts.newCycleId(), model, stage: 'training', reason: decision.reason, actor },
      settings: settingsOf(parts, model, production),
      ...(heldOutFrom && { heldOutFrom }),
      ...(learnFrom && { learnFrom }),
      ...(production && { champion: production.ref }),
      ...{ checks: [], outcome: '', startedAt: now, failureCount: lastCycle?.failureCount ?? 0 },
      steps: [{ stage: 'training', at: now, reason: decision.reason }],
    };
    if (!(await parts.cycles.begin(cycle))) return undefined;
    learningMoved({ model, stage: 'training' });
    return cycle;
  };
}

/** The newest share of what is new is kept back, for questions that neither champion nor challenger has seen. */
async function beginOfExam(
  { arrivals, settings }: StartCycleParts,
  { arrivals: { since } }: RetrainingFacts,
  { trainedTo }: ModelVersion,
): Promise<Date | undefined> {
  if (since === 0) return undefined;
  const wanted = Math.max(Math.ceil(settings.heldOutShare * since), Math.ceil(settings.proofLeast / 2));
  return arrivals.newest(Math.min(wanted, since), trainedTo);
}

/**
 * Since an alert of drift, where enough happened since: what people liked before it would outweigh what they like now. A recipe that
 * chooses by itself how fast it forgets learns from everything, and so does the cycle after one that failed. Otherwise as far back as
 * the setting says.
 */
async function beginOfLearning(
  { arrivals, settings }: StartCycleParts,
  { alerts, arrivals: { before }, lastCycle, production }: RetrainingFacts,
  until: Date,
): Promise<Date | undefined> {
  const usual = settings.historyMs > 0 ? new Date(until.getTime() - settings.historyMs) : undefined;
  const [shift] = alerts.filter(({ kind }) => kind !== 'feature_drift');
  const failedSo = (lastCycle?.failureCount ?? 0) > 0 && lastCycle?.learnFrom !== undefined;
  const forgetsByItself = production?.settings.halfLifeDays === 'auto';
  if (shift === undefined || failedSo || forgetsByItself || shift.startedAt >= until) return usual;
  const happened = await arrivals.between(shift.startedAt, until);
  if (happened < Math.max(settings.proofLeast, SHIFT_SHARE * before)) return usual;
  return usual !== undefined && usual > shift.startedAt ? usual : shift.startedAt;
}

/** The recipe in production; where this build does not know its settings any more, the trainer's own. */
function settingsOf({ trainers }: StartCycleParts, model: string, production: ModelVersion | undefined) {
  const trainer = requireTrainer(trainers, model);
  try {
    return trainer.parseSettings(production?.settings ?? {});
  } catch {
    return trainer.parseSettings({});
  }
}
