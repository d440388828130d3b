import type { ArtifactContent } from '@attune/onnx';

/** What a trainer gives: everything of an artifact that the trainer knows. The caller adds the data set and the time. */
export type TrainedModel = Omit<ArtifactContent, 'datasetHash' | 'createdAt'>;
