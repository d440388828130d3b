import { featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Client } from '@attune/grpc';
import type { Dataset, DatasetBuilder } from '../ports';

/** The longest that the feature-store may take for one training set. */
const BUILD_DEADLINE_MS = 60 * 60_000;

/** Asks the feature-store for a snapshot of the interactions. */
export class FeatureStoreDatasetBuilder implements DatasetBuilder {
  readonly #client: Client<featureStore.FeatureStoreServiceServer>;

  constructor(client: Client<featureStore.FeatureStoreServiceServer>) {
    this.#client = client;
  }

  async build({ from, to, signal, onProgress }: Parameters<DatasetBuilder['build']>[0]): Promise<Dataset> {
    const request = featureStore.BuildTrainingSetRequest.fromPartial({
      kind: featureStore.TrainingSetKind.INTERACTIONS,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    let dataset: featureStore.TrainingSet | undefined;
    for await (const step of this.#client.buildTrainingSet(request, { signal, deadlineMs: BUILD_DEADLINE_MS })) {
      onProgress(step.fraction, step.rowCount);
      dataset = step.dataset ?? dataset;
    }
    if (dataset === undefined) {
      throw new AppError('unavailable.dataset', 'the feature-store ended the training set without its last message');
    }
    return { datasetId: dataset.datasetId, objectKeys: dataset.objectKeys, rowCount: dataset.rowCount };
  }
}
