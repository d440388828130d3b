import type { Artifact, ArtifactScorer } from '@attune/onnx';

/** A version that is opened to be proved: what its files hold, what the registry says of it, and how to ask it. */
export interface OpenedVersion {
  readonly number: number;
  /** What the registry says: it learned from nothing later. */
  readonly trainedToMs: number;
  readonly sizeBytes: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly artifact: Artifact;
}

/** A version that ranks items for users. */
export interface OpenedRanker extends OpenedVersion {
  readonly scorer: Pick<ArtifactScorer, 'scores'>;
}

/** A version that says probabilities: [rows x features] in the order of its manifest give [rows x labels]. */
export interface OpenedPredictor extends OpenedVersion {
  readonly predict: (features: Float32Array, rows: number) => Promise<Float32Array>;
}
