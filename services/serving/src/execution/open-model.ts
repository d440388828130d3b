import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { type Manifest, readArtifact, verifyGolden } from '@attune/onnx';
import type { ModelRef } from '../domain/decision';
import { openGraphs, type RunnableGraph } from './open-graphs';
import type { Question, RawAnswer } from './protocol';

/** A model that was verified and is warm. */
export interface OpenModel {
  readonly kind: string;
  readonly itemIds: readonly string[];
  readonly userCount: number;
  /** When its training was asked for. */
  readonly trainedAtMs: number;
  answer(question: Question): Promise<RawAnswer>;
}

/** What each kind of model must be able to do: the graphs are told apart by their input beside `k`. */
const INPUTS_OF_KIND: Readonly<Record<string, readonly string[]>> = {
  als: ['user_index', 'item_index'],
  popularity: [''],
};
const INPUT_OF: Readonly<Record<Question['ask'], string>> = {
  for_user: 'user_index',
  similar_to: 'item_index',
  popular: '',
};

/**
 * Opens the artifact with that digest, and no other: every file checked, golden vectors answered again, each graph run once
 * at the size of a usual request. Blocks its thread, so it runs in a worker.
 */
export async function openModel(store: ObjectStore, ref: ModelRef): Promise<OpenModel> {
  const { manifest, models, itemIds, userKeys } = await readArtifact(store, ref.digest);
  const required = INPUTS_OF_KIND[manifest.modelKind];
  if (required === undefined) {
    throw new AppError(
      'failed_precondition.model_kind',
      `serving cannot use models of the kind "${manifest.modelKind}"`,
    );
  }
  requireUserKeys(manifest);
  const graphs = await openGraphs(models);
  await verifyGolden((graph, inputs) => graphs.get(graph)!.runPlain(inputs), manifest);
  const byInput = graphsByInput(manifest, graphs, required);
  const rows = { user_index: rowsOf(userKeys), item_index: rowsOf(itemIds) };

  async function answer({ ask, key, count }: Question): Promise<RawAnswer> {
    const input = INPUT_OF[ask];
    const graph = byInput.get(input);
    if (graph === undefined) {
      throw new AppError('unimplemented.question', `a model of the kind "${manifest.modelKind}" cannot answer ${ask}`);
    }
    if (input === '') return { isKnown: true, ...(await graph.top({}, count)) };
    const row = rows[input as keyof typeof rows].get(key);
    if (row === undefined) return { isKnown: false, indices: new Int32Array(0), scores: new Float32Array(0) };
    return { isKnown: true, ...(await graph.top({ [input]: row }, count)) };
  }

  for (const input of required) await byInput.get(input)!.top(input === '' ? {} : { [input]: 0 }, WARM_UP_COUNT);
  const trainedAtMs = Date.parse(manifest.createdAt);
  return { kind: manifest.modelKind, itemIds, userCount: userKeys.length, trainedAtMs, answer };
}

const WARM_UP_COUNT = 100;

// An index of plain ids would know nobody, for users are looked up by their keyed hash; and such ids belong nowhere.
function requireUserKeys({ users, userIdentity }: Manifest): void {
  if (users === undefined || userIdentity === 'user_key') return;
  throw new AppError(
    'failed_precondition.user_identity',
    'the artifact knows users by their plain ids, not by keyed hashes: it is from before there were any; train the model again',
  );
}

function graphsByInput(
  { graphs: described, modelKind }: Manifest,
  graphs: ReadonlyMap<string, RunnableGraph>,
  required: readonly string[],
): Map<string, RunnableGraph> {
  const byInput = new Map<string, RunnableGraph>();
  for (const { name, inputs } of described) {
    const others = inputs.map((input) => input.name).filter((input) => input !== 'k');
    byInput.set(others.join(), graphs.get(name)!);
  }
  const missing = required.find((input) => !byInput.has(input));
  if (missing === undefined) return byInput;
  const what = missing === '' ? 'with "k" as its only input' : `with the inputs "${missing}" and "k"`;
  throw new AppError('data_loss.artifact', `manifest.json: a model of the kind "${modelKind}" needs a graph ${what}`);
}

function rowsOf(ids: readonly string[]): ReadonlyMap<string, number> {
  return new Map(ids.map((id, row) => [id, row]));
}
