import { strengthOf } from '@attune/contracts';
import type { TrainingSetTables } from '@attune/interactions';
import type { ObjectStore } from '@attune/object-store';
import { type ArtifactContent, openArtifactScorer, readModel, verifyArtifact, writeArtifact } from '@attune/onnx';
import type { PreviousModel } from '@attune/recommenders';
import type { LearningCheck } from '../../src/domain/learning/learning-cycle';
import type { OpenedRanker } from '../../src/domain/learning/proof/opened-version';
import { proveRecommender } from '../../src/domain/learning/proof/prove-recommender';
import { prepareMaterial } from '../../src/domain/material';
import { rowsOf } from '../../src/domain/rows-of';
import type { RecommenderTrainer } from '../../src/domain/trainer';
import { requireTrainer, TRAINERS } from '../../src/domain/trainers';
import type { World } from './a-world';

/** What a training gives, before it is stored. */
export type Content = ArtifactContent;

/** Small and quick settings of each model. */
export const SETTINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  als: { rank: 16, iterations: 6, threads: 1 },
  popularity: {},
  item_item: {},
  neural_cf: { variant: 'gmf', embedding: 16, epochs: 2, threads: 1 },
};

const RANKS = ['k,user_index', 'history_items,history_weights,k', 'k'];

/** The trainer of a model that ranks. */
export function trainerOf(model: string): RecommenderTrainer {
  return requireTrainer(TRAINERS, model) as RecommenderTrainer;
}

/** Trains a model as a run does, without storing it. */
export async function fitRanker(
  model: string,
  tables: TrainingSetTables,
  {
    previous,
    settings = {},
  }: { readonly previous?: Content; readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<Content> {
  const { definition, parseSettings } = trainerOf(model);
  const { data, userKeys, itemIds } = prepareMaterial(tables, definition, { strengthOf });
  const parsed = parseSettings({ ...SETTINGS[model], ...settings });
  const start = previous && previousOf(previous, { userKeys, itemIds });
  await using fitted = await definition.fit({ data, settings: parsed, ...(start && { previous: start }) });
  // what ranks for a user is what is asked; the graphs beside it would be checked, which takes most of the time
  const graphs = fitted.graphs!().filter(({ goldenInputs: [inputs] }) =>
    RANKS.includes(Object.keys(inputs!).sort().join()),
  );
  const knowsUsers = graphs.some(({ goldenInputs }) => goldenInputs.some((inputs) => 'user_index' in inputs));
  return {
    ...{ modelKind: model, settings: parsed as Content['settings'], datasetHash: 'data', featureSchemaHash: '' },
    ...{ metrics: {}, createdAt: new Date('2026-03-01T00:00:00Z'), graphs, itemIds },
    ...(knowsUsers ? { userKeys } : {}),
  };
}

function previousOf(
  content: Content,
  { userKeys, itemIds }: { readonly userKeys: readonly string[]; readonly itemIds: readonly string[] },
): PreviousModel {
  const tensors = new Map<string, Float32Array>();
  for (const { model } of content.graphs) {
    for (const { name, type, raw } of readModel(model).initializers) {
      if (type === 'float32' && !tensors.has(name)) tensors.set(name, new Float32Array(Uint8Array.from(raw).buffer));
    }
  }
  return {
    settings: content.settings,
    tensor: (name) => tensors.get(name),
    userRows: rowsOf(content.userKeys ?? [], userKeys),
    itemRows: rowsOf(content.itemIds, itemIds),
  };
}

/** Stores a version with digests that fit, and opens it with every check of a stored artifact, as a proof does. */
export async function openRanker(
  store: ObjectStore,
  content: Content,
  { number, trainedToMs }: { readonly number: number; readonly trainedToMs: number },
): Promise<OpenedRanker & AsyncDisposable> {
  const { digest, sizeBytes } = await writeArtifact(store, content);
  const artifact = await verifyArtifact(store, digest);
  const scorer = await openArtifactScorer(artifact);
  return {
    ...{ number, trainedToMs, sizeBytes, metrics: content.metrics, artifact, scorer },
    [Symbol.asyncDispose]: () => scorer[Symbol.asyncDispose](),
  };
}

/** A challenger that ranks, and what it says that it learned from. */
export interface RankerChallenger {
  readonly world: World;
  readonly champion: OpenedRanker;
  readonly content: Content;
  /** Absent: what the world's challengers learn from. */
  readonly trainedOn?: TrainingSetTables;
  /** Absent: where the questions begin. */
  readonly trainedToMs?: number;
}

/** Sends a challenger through the gate: what a proof in its child process does. */
export async function proveRanker(store: ObjectStore, one: RankerChallenger): Promise<readonly LearningCheck[]> {
  const { world, content, champion } = one;
  const { heldOutFromMs, learned, exam } = world;
  await using challenger = await openRanker(store, content, {
    ...{ number: 2, trainedToMs: one.trainedToMs ?? heldOutFromMs - 1 },
  });
  const { checks } = await proveRecommender({
    ...{ definition: trainerOf(content.modelKind).definition, challenger, champion, exam, heldOutFromMs, strengthOf },
    trainedOn: one.trainedOn ?? learned,
    stopwatch: () => performance.now(),
  });
  return checks;
}
