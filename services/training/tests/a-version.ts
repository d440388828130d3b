import type { Comparison, Evaluation } from '../src/domain/evaluation';
import type { ModelVersion } from '../src/domain/model-version';

/** A version of als. */
export function aVersion(version: number, overrides: Partial<ModelVersion> = {}): ModelVersion {
  return {
    ref: { model: 'als', version, digest: String(version).repeat(64).slice(0, 64) },
    kind: 'als',
    stage: 'candidate',
    metrics: {},
    runId: `run-${version}`,
    datasetId: 'd'.repeat(64),
    settings: {},
    sizeBytes: 1,
    userCount: 100,
    itemCount: 100,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    trainedTo: new Date('2026-01-01T00:00:00Z'),
    ...overrides,
  };
}

/** An opponent against whom the version gained so much `ndcg@10`. */
export function aComparison(
  opponent: string,
  gain: readonly [low: number, value: number, high: number],
  method: Comparison['method'] = 'recipe',
): Comparison {
  const [low, value, high] = gain;
  return {
    opponent,
    method,
    metrics: [{ name: 'ndcg@10', value: 0.3 - value, low: 0.2, high: 0.4 }],
    gains: [{ name: 'ndcg@10', value, low, high }],
  };
}

/** An evaluation of a version of als. */
export function anEvaluation(
  version: number,
  comparisons: readonly Comparison[],
  overrides: Partial<Evaluation> = {},
): Evaluation {
  return {
    evaluationId: `evaluation-${version}`,
    ref: aVersion(version).ref,
    runId: `run-${version}`,
    datasetId: 'd'.repeat(64),
    method: "each user's last item was hidden from the training",
    caveat: '',
    userCount: 500,
    metrics: [{ name: 'ndcg@10', value: 0.3, low: 0.25, high: 0.35 }],
    comparisons,
    createdAt: new Date('2026-01-02T00:00:00Z'),
    actor: 'test',
    ...overrides,
  };
}
