import { AppError } from '@attune/errors';
import type { CompiledNet } from '@attune/nn';
import type { ArtifactGraph } from '@attune/onnx';
import { calibrate } from '../calibration/calibration';
import { appendCrosses } from './cross-features';
import { buildEngagementGraph, type EngagementGraphParts } from './engagement-graph';
import { transformRows } from './feature-transform';
import { predictLogits } from './train-engagement';

/** A trained engagement model. Dispose of it when it is no longer asked: it holds native memory. */
export interface FittedEngagement extends AsyncDisposable {
  /** Names of the features in the order of the columns that `predict` and the graph take. */
  readonly features: readonly string[];
  /** Names of the labels in the order of the columns of the answer. */
  readonly labels: readonly string[];
  /** What the training says of itself, and of each label as `<label>_<metric>`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Probabilities [n x labels] for raw features [n x features], NaN where missing. */
  predict(features: Float32Array): Promise<Float32Array>;
  /** The graph `predict`: `features` f32 [n, F] to `probabilities` f32 [n, L]. */
  graphs(): readonly ArtifactGraph[];
}

interface Parts {
  readonly features: readonly string[];
  readonly labels: readonly string[];
  readonly compiled: CompiledNet;
  readonly graph: EngagementGraphParts;
}

/** Answers by the engine that trained it; the graph holds the same numbers for whoever has no engine. */
export class EngagementModel implements FittedEngagement {
  metrics: Readonly<Record<string, number>> = {};
  readonly features: readonly string[];
  readonly labels: readonly string[];

  constructor(private readonly parts: Parts) {
    this.features = parts.features;
    this.labels = parts.labels;
  }

  async predict(features: Float32Array): Promise<Float32Array> {
    const { featureCount, crosses, scales } = this.parts.graph;
    const rowCount = features.length / featureCount;
    if (!Number.isInteger(rowCount)) {
      throw new AppError('invalid.features', `${features.length} values are not rows of ${featureCount} features`);
    }
    if (rowCount === 0) return new Float32Array(0);
    const rows = Uint32Array.from({ length: rowCount }, (_, row) => row);
    const inputs = transformRows(appendCrosses(features, featureCount, crosses), scales, rows);
    return this.calibrated(await predictLogits(this.parts.compiled, { rowCount, inputs }));
  }

  /** Probabilities for logits, both [n x labels]. */
  calibrated(logits: Float32Array): Float32Array {
    const { calibrations } = this.parts.graph;
    return logits.map((logit, at) => calibrate(calibrations[at % calibrations.length]!, logit));
  }

  graphs(): readonly ArtifactGraph[] {
    const { graph } = this.parts;
    const { featureCount, scales } = graph;
    // one row near the means and one of zeros; NaN has no place in a manifest
    const data = [
      ...scales.slice(0, featureCount).map(({ mean, isLogarithmic }) => (isLogarithmic ? Math.sign(mean) : mean)),
      ...new Array<number>(featureCount).fill(0),
    ].map(Math.fround);
    const features = { type: 'float32', dims: [2, featureCount], data } as const;
    return [{ name: 'predict', model: buildEngagementGraph(graph), goldenInputs: [{ features }] }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.parts.compiled[Symbol.asyncDispose]();
  }
}
