import { isAppError } from '@attune/errors';
import {
  type LearningCheck,
  type LearningCycle,
  runIdOf,
  type StageOutcome,
} from '../../domain/learning/learning-cycle';
import type { LearningSettings } from '../../domain/learning/learning-settings';
import type { ModelVersion } from '../../domain/model-version';
import type { Trainer } from '../../domain/trainer';
import { requireTrainer } from '../../domain/trainers';
import type { EvaluationStore } from '../../evaluation-ports';
import type { ChallengerProver, LearningCycles, Proof, ProvedVersion } from '../../learning-ports';
import type { Clock, Dataset, DatasetBuilder, ModelRegistry } from '../../ports';
import { type makeMoveChallenger, proofIdOf } from './move-challenger';

/** What proving needs. */
export interface ProveChallengerParts {
  readonly registry: Pick<ModelRegistry, 'get'>;
  readonly cycles: Pick<LearningCycles, 'move'>;
  readonly datasets: DatasetBuilder;
  readonly prover: ChallengerProver;
  readonly evaluations: Pick<EvaluationStore, 'save'>;
  readonly trainers: ReadonlyMap<string, Trainer>;
  readonly moveChallenger: ReturnType<typeof makeMoveChallenger>;
  readonly settings: LearningSettings;
  readonly clock: Clock;
}

/** Where nothing was held back nothing is asked: the end of time. */
const NEVER = new Date(8.64e15);

/**
 * Makes the use case: compares the challenger with what is in production on what neither has seen, checks its guardrails, and lets it
 * hear live questions, or rejects it with the reasons. What was found is kept before anything moves, so that it is found once.
 */
export function makeProveChallenger(parts: ProveChallengerParts) {
  return async function proveChallenger(
    cycle: LearningCycle,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<StageOutcome> {
    const checks = cycle.checks.length > 0 ? cycle.checks : await prove(parts, cycle, signal);
    const failed = checks.filter(({ passed }) => !passed);
    if (failed.length > 0) {
      const reason = failed.map(({ name, reason: why }) => `${name}: ${why}`).join('; ');
      return { kind: 'enter', stage: 'rejected', reason, checks };
    }
    return climb(parts, cycle, checks);
  };
}

/** Where nothing is in production there is nobody to be on trial beside. */
async function climb(
  { moveChallenger, settings }: ProveChallengerParts,
  cycle: LearningCycle,
  checks: readonly LearningCheck[],
): Promise<StageOutcome> {
  const reason = `learning cycle ${cycle.cycleId}: ${checks.length} checks passed`;
  if (cycle.champion === undefined) {
    const { kind, reason: grounds } = await moveChallenger.move(cycle, 'production', { reason });
    const stage = kind === 'done' ? 'promoted' : 'rejected';
    return { kind: 'enter', stage, reason: kind === 'done' ? `in production: ${grounds}` : grounds, checks };
  }
  const shadow = await moveChallenger.move(cycle, 'shadow', { reason });
  if (shadow.kind === 'done') {
    return { kind: 'enter', stage: 'shadow', reason: `${checks.length} checks passed`, checks };
  }
  const { canaryShare } = settings;
  const canary = await moveChallenger.move(cycle, 'canary', { reason, canaryShare });
  if (canary.kind === 'taken') return { kind: 'stay' };
  if (canary.kind === 'refused') return { kind: 'enter', stage: 'rejected', reason: canary.reason, checks };
  return { kind: 'enter', stage: 'canary', reason: `no room for another shadow (${shadow.reason})`, checks };
}

async function prove(
  parts: ProveChallengerParts,
  cycle: LearningCycle,
  signal: AbortSignal,
): Promise<readonly LearningCheck[]> {
  const challenger = await parts.registry.get(cycle.model, cycle.challenger!.version);
  const champion = cycle.champion && (await parts.registry.get(cycle.model, cycle.champion.version));
  const trainedOn = await parts.datasets.find(challenger.datasetId);
  if (trainedOn === undefined) return [gone(challenger)];
  const { dataset: need } = requireTrainer(parts.trainers, cycle.model);
  const exam: Dataset = await parts.datasets.build({
    // what items are tells apart who likes what
    need: need.kind === 'interactions' ? { ...need, items: true } : need,
    signal,
    onProgress: () => undefined,
  });
  const proof = await parts.prover
    .prove({
      ...{ trainer: cycle.model, trainedOn, exam, signal, challenger: provedOf(challenger) },
      heldOutFrom: cycle.heldOutFrom ?? NEVER,
      ...(champion && { champion: provedOf(champion) }),
    })
    .catch((error: unknown): Proof => {
      // what the artifact itself does is a verdict about it
      if (!isAppError(error, 'data_loss') && !isAppError(error, 'internal.proof_crashed')) throw error;
      return { checks: [{ name: 'numbers', passed: false, reason: error.message }] };
    });
  if (proof.measurement !== undefined) await keepEvaluation(parts, cycle, exam, proof.measurement);
  // kept where it stands, so that a crash from here on costs no second proof
  await parts.cycles.move({ ...cycle, checks: proof.checks }, 'proving');
  return proof.checks;
}

function keepEvaluation(
  { evaluations, clock }: ProveChallengerParts,
  cycle: LearningCycle,
  { datasetId }: Dataset,
  measurement: NonNullable<Proof['measurement']>,
): Promise<void> {
  return evaluations.save({
    ...measurement,
    ...{ evaluationId: proofIdOf(cycle), ref: cycle.challenger!, runId: runIdOf(cycle), datasetId },
    ...{ createdAt: clock(), actor: cycle.actor },
  });
}

function gone({ datasetId }: ModelVersion): LearningCheck {
  const reason = `its data set ${datasetId} is gone, so nobody can say what it learned from: an erasure has taken it away`;
  return { name: 'dataset', passed: false, reason };
}

function provedOf({ ref, trainedTo, metrics, sizeBytes }: ModelVersion): ProvedVersion {
  return { version: ref.version, digest: ref.digest, trainedTo, metrics, sizeBytes };
}
