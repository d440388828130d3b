import { meter } from '@attune/telemetry';
import type { Decision, ModelRef } from './domain/decision';

const metrics = meter('attune.serving');
const slates = metrics.counter('attune.serving.slates', { unit: '{slate}', description: 'Slates that were served.' });
const latency = metrics.histogram('attune.serving.slate.duration', {
  unit: 'ms',
  description: 'The whole time of a slate in the service.',
  boundaries: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
});
const degraded = metrics.counter('attune.serving.degraded', {
  unit: '{stage}',
  description: 'Stages that failed or ran late while a slate was made.',
});
const records = metrics.counter('attune.serving.decision_records', {
  unit: '{record}',
  description: 'Decision records by what became of them: appended, or lost because too many were waiting.',
});
const predictionRecords = metrics.counter('attune.serving.prediction_records', {
  unit: '{record}',
  description: 'What Predict said of a user, on its way to the event log, by what became of it',
});
const loads = metrics.counter('attune.serving.model.loads', {
  unit: '{artifact}',
  description: 'Artifacts that were loaded or refused.',
});
const items = metrics.counter('attune.serving.items', {
  unit: '{item}',
  description: 'Items that were taken over into the catalog, all at the start and then those that changed.',
});
const replaced = metrics.counter('attune.serving.worker.replacements', {
  unit: '{worker}',
  description: 'Model workers that died or hung and were replaced.',
});
const failedEffects = metrics.counter('attune.serving.side_effects.failed', {
  unit: '{effect}',
  description: 'Side effects that failed after the answer.',
});
const interactions = metrics.counter('attune.serving.interactions', {
  unit: '{interaction}',
  description: 'Interactions that the seen filter learned of.',
});

const banditAsked = metrics.counter('attune.serving.bandit.questions', {
  unit: '{question}',
  description:
    'Strategies that a policy was to choose, by what became of it: answered, failed, or not asked since it failed too often.',
});

/** A policy was to choose a strategy. */
export function strategyAsked(outcome: 'answered' | 'failed' | 'circuit_open'): void {
  banditAsked.add(1, { outcome });
}

const predictions = metrics.counter('attune.serving.predictions', {
  unit: '{prediction}',
  description: 'Predictions by model, and whether they were made or had a problem.',
});

/** Predictions were made for a batch of pairs; some may have had a problem. */
export function predictionsMade(
  model: ModelRef,
  { made, failed }: { readonly made: number; readonly failed: number },
): void {
  if (made > 0) predictions.add(made, { model: model.name, outcome: 'made' });
  if (failed > 0) predictions.add(failed, { model: model.name, outcome: 'problem' });
}

const shadowAnswers = metrics.counter('attune.serving.shadow.answers', {
  unit: '{answer}',
  description:
    'Questions that versions in the stage "shadow" were asked, by model and by the code of the error, if any.',
});

/** A shadow was asked what the version that serves was asked; `code` is empty where it answered. */
export function shadowAsked(ref: ModelRef, code: string): void {
  shadowAnswers.add(1, { model: ref.name, version: ref.version, code });
}

const canaryRollbacks = metrics.counter('attune.serving.canary.rollbacks', {
  unit: '{rollback}',
  description: 'Canaries that breached a guardrail and were taken back.',
});

/** A canary was taken back. */
export function canaryRolledBack(ref: ModelRef): void {
  canaryRollbacks.add(1, { model: ref.name, version: ref.version });
}

/** A slate was answered. */
export function slateServed(decision: Decision): void {
  const isDegraded = decision.degraded.length > 0;
  slates.add(1, {
    strategy: decision.strategy,
    personalization: decision.personalization,
    degraded: String(isDegraded),
  });
  latency.record(decision.latencyMs, { strategy: decision.strategy });
  for (const { stage, code } of decision.degraded) degraded.add(1, { stage, code });
}

/** The event log has these decision records. */
export function decisionsAppended(count: number): void {
  records.add(count, { outcome: 'appended' });
}

/** A decision record had to be dropped. */
export function decisionLost(count = 1): void {
  records.add(count, { outcome: 'lost' });
}

/** The event log has these records of predictions. */
export function predictionRecordsAppended(count: number): void {
  predictionRecords.add(count, { outcome: 'appended' });
}

/** Records of predictions had to be dropped. */
export function predictionRecordsLost(count: number): void {
  predictionRecords.add(count, { outcome: 'lost' });
}

/** A model was swapped in. */
export function modelLoaded(ref: ModelRef): void {
  loads.add(1, { model: ref.name, outcome: 'loaded' });
}

/** An artifact was refused. */
export function modelRefused(ref: ModelRef, code: string): void {
  loads.add(1, { model: ref.name, outcome: 'refused', code });
}

/** A side effect failed after the answer. */
export function sideEffectFailed(stage: string, code: string): void {
  failedEffects.add(1, { stage, code });
}

/** A worker died or hung and another took its place. */
export function workerReplaced(ref: ModelRef): void {
  replaced.add(1, { model: ref.name });
}

/** The seen filter learned of these interactions. */
export function interactionsLearned(count: number): void {
  interactions.add(count);
}

/** The catalog of this process has taken over so many items as they are now. */
export function itemsTakenOver(count: number): void {
  if (count > 0) items.add(count);
}
