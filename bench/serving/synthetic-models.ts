import { seededNormal, seededUniform } from '@attune/kernels';
import type { ObjectStore } from '@attune/object-store';
import {
  buildRetrievalByHistoryGraph,
  buildRetrievalGraph,
  buildSimilarFromTableGraph,
  buildSimilarItemsGraph,
  buildTrendingGraph,
  normalizeRows,
  type TensorValue,
  writeArtifact,
} from '@attune/onnx';
import { ENGAGEMENT, SPLIT } from '@attune/recommenders';

/** How large the models are. */
export interface ModelSizes {
  readonly items: number;
  readonly users: number;
  readonly rank: number;
}

/** Neighbours that an item has in `content` and `item_item`. */
const NEIGHBORS = 50;
const EXAMPLES = 4_000;
/** What the engagement model reads, of the user, of items, and of both. */
const FEATURES = [
  ...['user_total_interactions', 'user_positive_share', 'user_average_session_minutes', 'user_account_age_days'],
  ...['user_diversity_preference', 'user_following_count', 'user_trust_score'],
  ...['item_age_days', 'item_views', 'item_readability', 'item_share_ratio', 'item_engagement_rate', 'item_like_ratio'],
  ...['item_popularity_decayed', 'item_content_length', 'item_hashtag_count', 'item_author_trust'],
  ...['user_item_interest_match', 'user_item_author_affinity', 'user_item_social_proof', 'user_item_already_seen'],
];

const vector = (type: 'int32' | 'int64' | 'float32', ...data: number[]): TensorValue => ({
  type,
  dims: [data.length],
  data,
});
const k = vector('int64', 5);

/** The id of an item by its row. */
export const itemIdOf = (row: number) => `item-${row}`;
/** The id of a user by its row. */
export const userIdOf = (row: number) => `user-${row}`;

/** A table of seeded normal numbers: [rows x columns]. */
export function seededTable(rows: number, columns: number, seed: number): Float32Array<ArrayBuffer> {
  const normal = seededNormal(seed);
  const table = new Float32Array(rows * columns);
  const scale = 1 / Math.sqrt(columns);
  for (let at = 0; at < table.length; at++) table[at] = normal() * scale;
  return table;
}

function neighbors(itemCount: number) {
  const uniform = seededUniform(4);
  const indices = new Int32Array(itemCount * NEIGHBORS);
  const weights = new Float32Array(itemCount * NEIGHBORS);
  for (let at = 0; at < indices.length; at++) {
    indices[at] = Math.floor(itemCount * uniform());
    weights[at] = 1 - (at % NEIGHBORS) / NEIGHBORS;
  }
  return { itemCount, width: NEIGHBORS, indices, weights };
}

async function engagementGraphs() {
  const uniform = seededUniform(5);
  const column = (name: string) => ({ name, values: Float32Array.from({ length: EXAMPLES }, uniform) });
  const features = FEATURES.map(column);
  const liked = Float32Array.from(features[0]!.values, (value, at) =>
    Number(value + features[7]!.values[at]! + uniform() > 1.5),
  );
  const labels = ['click', 'like', 'comment', 'share'].map((name) => ({ name, values: liked }));
  const settings = ENGAGEMENT.settings.parse({ epochs: 2 });
  const examples = { rowCount: EXAMPLES, features, labels, split: new Uint8Array(EXAMPLES).fill(SPLIT.train) };
  await using model = await ENGAGEMENT.fit({ examples, settings });
  return { graphs: model.graphs(), features: model.features, labels: model.labels };
}

/** Writes models of these sizes, made of seeded noise: what was learned does not change what asking costs. Digests by model. */
export async function writeModels(
  store: ObjectStore,
  { items, users, rank }: ModelSizes,
  userKeyOf: (userId: string) => string,
): Promise<Record<string, string>> {
  const itemIds = Array.from({ length: items }, (_, row) => itemIdOf(row));
  const about = {
    ...{ settings: {}, datasetHash: 'bench', featureSchemaHash: '', metrics: {}, itemIds },
    createdAt: new Date(0),
  };
  const table = neighbors(items);
  const similar = (model: Uint8Array<ArrayBuffer>) => ({
    name: 'similar_items',
    model,
    goldenInputs: [{ item_index: vector('int32', 3), k }],
  });
  const byHistory = (modelKind: string) => ({
    ...about,
    modelKind,
    graphs: [
      {
        name: 'retrieval_by_history',
        model: buildRetrievalByHistoryGraph(table),
        goldenInputs: [{ history_items: vector('int32', 1, 2), history_weights: vector('float32', 1, 1), k }],
      },
      similar(buildSimilarFromTableGraph(table)),
    ],
  });
  const als = () => {
    const itemFactors = seededTable(items, rank, 1);
    const userFactors = seededTable(users, rank, 2);
    const retrieval = buildRetrievalGraph({ userFactors, itemFactors, rank });
    return {
      ...about,
      modelKind: 'als',
      graphs: [
        { name: 'retrieval', model: retrieval, goldenInputs: [{ user_index: vector('int32', 1), k }] },
        similar(buildSimilarItemsGraph({ itemFactors: normalizeRows(itemFactors, rank), rank })),
      ],
      userKeys: Array.from({ length: users }, (_, row) => userKeyOf(userIdOf(row))),
    };
  };
  const popularity = () => {
    const model = buildTrendingGraph({ scores: seededTable(items, 1, 3).map(Math.abs) });
    return { ...about, modelKind: 'popularity', graphs: [{ name: 'trending', model, goldenInputs: [{ k }] }] };
  };
  const learned = await engagementGraphs();
  const engagement = () => ({ ...about, modelKind: 'engagement', ...learned, itemIds: itemIds.slice(0, 1) });
  const [content, item_item] = [() => byHistory('content'), () => byHistory('item_item')];
  const digests: Record<string, string> = {};
  // One after the other: of a million items each is a gigabyte.
  for (const [name, make] of Object.entries({ als, popularity, content, item_item, engagement })) {
    digests[name] = (await writeArtifact(store, make() as never)).digest;
  }
  return digests;
}
