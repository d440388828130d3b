import { AppError } from '@attune/errors';
import {
  decideRetraining,
  forced,
  isUrgent,
  type RetrainingDecision,
  type RetrainingFacts,
} from '../../domain/learning/decide-retraining';
import type { LearningSettings } from '../../domain/learning/learning-settings';
import type { LearningRounds } from '../../learning-ports';
import type { Clock } from '../../ports';
import type { makeGatherFacts } from './gather-facts';
import type { makeStartCycle } from './start-cycle';

/** Who decides where nobody asked. */
export const BY_ITSELF = 'learning';

/** What deciding needs. */
export interface DecideModelsParts {
  readonly gatherFacts: ReturnType<typeof makeGatherFacts>;
  readonly startCycle: ReturnType<typeof makeStartCycle>;
  readonly rounds: LearningRounds;
  readonly settings: LearningSettings;
  readonly clock: Clock;
}

/** Whether each model should be trained again, as of now. Changes nothing. */
export function makeExplainRetraining({ gatherFacts, rounds, settings, clock }: Omit<DecideModelsParts, 'startCycle'>) {
  return async function explainRetraining(model?: string) {
    const facts = await gatherFacts(model);
    const now = clock();
    const last = await rounds.last();
    return {
      decisions: facts.map((one) => decideRetraining(one, settings, now)),
      nextRoundAt: last === undefined ? now : new Date(last.getTime() + settings.everyMs),
    };
  };
}

/** Decides about every model: all of them where a round is due, at once those of which something has just happened. */
export function makeDecideModels(parts: DecideModelsParts) {
  return async function decideModels(): Promise<void> {
    const { gatherFacts, startCycle, rounds, settings, clock } = parts;
    const now = clock();
    const last = await rounds.last();
    const isDue = last === undefined || now.getTime() - last.getTime() >= settings.everyMs;
    for (const facts of await gatherFacts()) {
      const decision = decideRetraining(facts, settings, now);
      if (isDue ? decision.retrain : isUrgent(decision)) await startCycle(facts, decision, BY_ITSELF);
    }
    if (isDue) await rounds.decided(now);
  };
}

/** A caller who wants a decision now, or a training whatever the decision says. */
export interface Retrain {
  /** Absent: all. */
  readonly model?: string;
  readonly force: boolean;
  readonly reason: string;
  readonly actor: string;
}

/** Decides now, and begins what is decided; answers with the decisions, and the cycles that they began. */
export function makeRetrain(parts: DecideModelsParts) {
  return async function retrain(request: Retrain): Promise<readonly RetrainingDecision[]> {
    checkRetrain(request);
    const decisions: RetrainingDecision[] = [];
    for (const facts of await parts.gatherFacts(request.model)) decisions.push(await decide(parts, facts, request));
    return decisions;
  };
}

async function decide(
  { startCycle, settings, clock }: DecideModelsParts,
  facts: RetrainingFacts,
  { force, reason, actor }: Retrain,
): Promise<RetrainingDecision> {
  const decision = decideRetraining(facts, settings, clock());
  const decided = force ? forced(decision, reason) : decision;
  if (!decided.retrain) return decided;
  const currentCycle = await startCycle(facts, decided, actor);
  return currentCycle === undefined ? decided : { ...decided, currentCycle };
}

function checkRetrain({ model, force, reason }: Retrain): void {
  const violations = force
    ? [
        ...(model === undefined ? [{ field: 'model', description: 'a training by force needs its model' }] : []),
        ...(reason.trim() === ''
          ? [{ field: 'reason', description: 'a training by force needs a reason; it stays in the history' }]
          : []),
      ]
    : [];
  if (violations.length === 0) return;
  throw new AppError('invalid.retrain', violations.map((one) => `${one.field}: ${one.description}`).join('; '), {
    violations,
  });
}
