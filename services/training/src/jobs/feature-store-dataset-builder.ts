import { type Client, featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { findTrainingSet } from '@attune/training-sets';
import type { DatasetNeed } from '../domain/trainer';
import type { Dataset, DatasetBuilder } from '../ports';

/** The longest that the feature-store may take for one training set. */
const BUILD_DEADLINE_MS = 60 * 60_000;
/** The newest examples calibrate and test. */
const SPLIT = { validationShare: 0.1, testShare: 0.1 };

/** Asks the feature-store for a snapshot of what happened. */
export class FeatureStoreDatasetBuilder implements DatasetBuilder {
  readonly #client: Client<featureStore.FeatureStoreServiceServer>;
  readonly #objectStore: Pick<ObjectStore, 'get' | 'head'>;

  constructor(client: Client<featureStore.FeatureStoreServiceServer>, objectStore: Pick<ObjectStore, 'get' | 'head'>) {
    this.#client = client;
    this.#objectStore = objectStore;
  }

  find(datasetId: string): Promise<Dataset | undefined> {
    return findTrainingSet(this.#objectStore, datasetId);
  }

  async build({ need, from, to, signal, onProgress }: Parameters<DatasetBuilder['build']>[0]): Promise<Dataset> {
    const request = { ...questionOf(need), from, to };
    let dataset: featureStore.TrainingSet | undefined;
    for await (const step of this.#client.buildTrainingSet(request, { signal, deadlineMs: BUILD_DEADLINE_MS })) {
      onProgress(step.fraction, step.rowCount);
      dataset = step.dataset ?? dataset;
    }
    if (dataset === undefined) {
      throw new AppError('unavailable.dataset', 'the feature-store ended the training set without its last message');
    }
    const { datasetId, objectKeys, itemObjectKeys, followObjectKeys, rowCount, featureSchemaHash } = dataset;
    return { datasetId, kind: need.kind, objectKeys, itemObjectKeys, followObjectKeys, rowCount, featureSchemaHash };
  }
}

function questionOf(need: DatasetNeed): featureStore.BuildTrainingSetRequest {
  const { BuildTrainingSetRequest, TrainingSetKind } = featureStore;
  switch (need.kind) {
    case 'interactions':
      return BuildTrainingSetRequest.fromPartial({
        kind: TrainingSetKind.INTERACTIONS,
        includeItems: need.items,
        includeFollows: need.follows,
      });
    case 'labelled_examples':
      return BuildTrainingSetRequest.fromPartial({
        kind: TrainingSetKind.LABELLED_EXAMPLES,
        negatives: { fromImpressions: true },
        split: SPLIT,
      });
    default:
      throw new TypeError(need satisfies never);
  }
}
