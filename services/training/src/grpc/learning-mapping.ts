import { training } from '@attune/contracts';
import type { RetrainingDecision } from '../domain/learning/decide-retraining';
import { type LearningCycle, type LearningStage, runIdOf } from '../domain/learning/learning-cycle';
import { toRef } from './evaluation-mapping';

const STAGES: Readonly<Record<LearningStage, training.LearningStage>> = {
  training: training.LearningStage.TRAINING,
  proving: training.LearningStage.PROVING,
  shadow: training.LearningStage.SHADOW,
  canary: training.LearningStage.CANARY,
  promoted: training.LearningStage.PROMOTED,
  rejected: training.LearningStage.REJECTED,
  failed: training.LearningStage.FAILED,
};

/** A cycle for the wire. */
export function toCycle(cycle: LearningCycle): training.LearningCycle {
  const { cycleId, model, reason, outcome, startedAt, endedAt, failureCount } = cycle;
  return {
    ...{ cycleId, model, reason, outcome, startedAt, endedAt, failureCount },
    stage: STAGES[cycle.stage],
    runId: runIdOf(cycle),
    challenger: cycle.challenger && toRef(cycle.challenger),
    champion: cycle.champion && toRef(cycle.champion),
    checks: cycle.checks.map((check) => ({ ...check })),
    steps: cycle.steps.map(({ stage, at, reason: why }) => ({ stage: STAGES[stage], at, reason: why })),
  };
}

/** A decision for the wire. */
export function toDecision(decision: RetrainingDecision): training.RetrainingDecision {
  const { model, retrain, reason, rules, currentCycle, notBefore } = decision;
  return {
    ...{ model, retrain, reason, notBefore },
    rules: rules.map((rule) => ({ ...rule })),
    currentCycle: currentCycle && toCycle(currentCycle),
  };
}
