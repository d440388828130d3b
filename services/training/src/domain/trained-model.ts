import type { ArtifactContent } from '@attune/onnx';

/** What a trainer gives: everything of an artifact that the trainer knows. The caller adds the data set and the time. */
export type TrainedModel = Omit<ArtifactContent, 'datasetHash' | 'createdAt'>;

/** What is not a number has no place in a manifest, and says nothing. */
export function finiteMetrics(metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
