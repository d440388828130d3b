import { encodeFeatureTable, featureStore, training } from '@attune/contracts';
import { seededNormal, seededUniform } from '@attune/kernels';
import { openObjectStore } from '@attune/object-store';
import { writeArtifact } from '@attune/onnx';
import { makeUserKeys } from '@attune/privacy';
import { ENGAGEMENT } from '@attune/recommenders';
import { fitModel, graphOf, randomInteractions, SHAPE, SIZE } from './inference-ranker.ts';
import { int32, OrtTurns } from './ort-turns.ts';
import { SECRET } from './serving/bench-fleet.ts';

/** As many features as there are of users, items and both, and the labels of the surface. */
export const FEATURES = [
  ...Array.from({ length: 14 }, (_, at) => `user_f${at}`),
  ...Array.from({ length: 22 }, (_, at) => `item_f${at}`),
  ...Array.from({ length: 4 }, (_, at) => `user_item_f${at}`),
];
/** What is predicted. */
export const LABELS = ['click', 'like', 'comment', 'share'];
const ROWS = 2_000;
/** Candidates of one user in one call. */
export const PAIRS = 500;

/** Digests of the artifacts that the bench predicts by. */
export interface Digests {
  readonly engagement: string;
  readonly neural_cf: string;
}

/** Trains and writes a model of engagement of the usual size. */
export async function writeEngagement(url: string): Promise<string> {
  const [normal, uniform] = [seededNormal(1), seededUniform(2)];
  const features = FEATURES.map((name) => ({
    name,
    values: Float32Array.from({ length: ROWS }, () => (uniform() < 0.1 ? Number.NaN : normal())),
  }));
  const labels = LABELS.map((name, at) => ({
    name,
    values: Float32Array.from({ length: ROWS }, (_, row) => ((features[at]!.values[row] || 0) + normal() > 1 ? 1 : 0)),
  }));
  const split = Uint8Array.from({ length: ROWS }, (_, row) => (row % 10 < 7 ? 0 : row % 10 < 9 ? 1 : 2));
  const settings = ENGAGEMENT.settings.parse({ epochs: 1 });
  await using model = await ENGAGEMENT.fit({ examples: { rowCount: ROWS, features, labels, split }, settings });
  await using store = openObjectStore(url);
  const { digest } = await writeArtifact(store, {
    ...{ modelKind: 'engagement', settings: {}, datasetHash: 'bench', featureSchemaHash: '', metrics: {} },
    ...{ createdAt: new Date(0), graphs: model.graphs(), itemIds: [], features: model.features, labels: model.labels },
  });
  return digest;
}

/** The ranker of neural_cf as the goals have it; what is learned does not change what it costs to ask. */
export async function writeRanker(url: string) {
  const hidden = SHAPE.hidden.join('-');
  const settings = { variant: 'mlp', embedding: SHAPE.embedding, hidden, batchNorm: true, pretrain: 'none', epochs: 1 };
  await using model = await fitModel('neural_cf', randomInteractions(SIZE), settings);
  await using store = openObjectStore(url);
  const { digest } = await writeArtifact(store, {
    ...{ modelKind: 'neural_cf', settings: {}, datasetHash: 'bench', featureSchemaHash: '', metrics: {} },
    ...{ createdAt: new Date(0), graphs: model.graphs!() },
    itemIds: Array.from({ length: SIZE.items }, (_, at) => `item-${at}`),
    userKeys: Array.from({ length: SIZE.users }, (_, at) => makeUserKeys(SECRET)(`user-${at}`)),
  });
  const feeds = [
    { user_index: int32(Int32Array.of(1)), item_indices: int32(Int32Array.from({ length: PAIRS }, (_, at) => at)) },
  ];
  return { digest, graph: await OrtTurns.open(graphOf(model, 'rank'), feeds, { threads: 1, runs: 20 }) };
}

/** Peers that answer at once: what they cost is measured where they are. */
export function peersOf(digests: Digests) {
  const models = Object.entries(digests).map(([name, digest]) =>
    training.Model.fromPartial({ name, production: { ref: { name, version: '1', digest } } }),
  );
  return {
    listModels: async () => ({ models, nextPageToken: '' }),
    getUsers: async () => ({ users: [] }),
    getRelations: async () => ({ users: [] }),
    listItems: async () => ({ items: [], nextPageToken: '' }),
    getFeatureMatrix: async (request: featureStore.GetFeatureMatrixRequest) => known(request),
  };
}

function known({ itemIds, itemFeatureNames, userFeatureNames }: featureStore.GetFeatureMatrixRequest) {
  const values = new Float64Array(itemIds.length * itemFeatureNames.length).fill(0.5);
  return featureStore.GetFeatureMatrixResponse.fromPartial({
    userFeatures: userFeatureNames.map((name) => ({ name, value: { $case: 'number' as const, value: 0.5 } })),
    items: encodeFeatureTable({
      ...{ names: itemFeatureNames, rowCount: itemIds.length, values, missing: new Uint8Array(0) },
      ...{ updatedAtMs: new Float64Array(itemIds.length), readAtMs: 0 },
    }),
  });
}
