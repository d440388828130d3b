import { AppError } from '@attune/errors';
import type { InferenceSession } from 'onnxruntime-node';
import type { ManifestGraph } from './manifest';
import type { Artifact } from './read-artifact';
import { OUTPUT_NAMES } from './serving-graphs';

/** Somebody whom an artifact is asked about, by the rows of its own id files. */
export interface AskedUser {
  /** -1 for a user whom the artifact does not know. */
  readonly row: number;
  /** What the user liked, for models that go by that; items that the artifact does not know are left out. */
  readonly historyItems: Int32Array;
  readonly historyWeights: Float32Array;
}

/** An artifact that says how well its items suit users. */
export interface ArtifactScorer extends AsyncDisposable {
  /** For each user the scores of all items by row, or undefined for a user of whom the model can say nothing. */
  scores(users: readonly AskedUser[]): Promise<readonly (Float32Array | undefined)[]>;
}

/** Vectors by the inputs of the graph. */
type Feeds = Readonly<Record<string, Int32Array | Float32Array>>;

type Run = (feeds: Feeds, rows: number) => Promise<Float32Array[]>;

/**
 * Scores by the artifact's own serving graph, asked for as many best items as there are: what is measured is what serves. Runs and
 * blocks in this thread: for child processes. Throws `unimplemented.scorer` where no graph ranks items for a user.
 */
export async function openArtifactScorer({ manifest, models, itemIds }: Artifact): Promise<ArtifactScorer> {
  const [graph, ask] = scoringGraph(manifest.graphs);
  // the native library is loaded where it is used: processes that only import this package start without it
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(models.get(graph.name)!, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const k = new Tensor('int64', BigInt64Array.of(BigInt(itemIds.length)), [1]);
  const run: Run = async (feeds, rows) => {
    const tensors = Object.entries(feeds).map(([name, vector]) => [name, new Tensor(vector, [vector.length])]);
    return rowsOf(await session.run({ ...Object.fromEntries(tensors), k }), rows, itemIds.length);
  };
  return {
    scores: (users) => ask(users, run),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

type Ask = (users: readonly AskedUser[], run: Run) => Promise<readonly (Float32Array | undefined)[]>;

const askByRow: Ask = async (users, run) => {
  const known = users.filter(({ row }) => row >= 0);
  const index = Int32Array.from(known, ({ row }) => row);
  const rows = known.length === 0 ? [] : await run({ user_index: index }, known.length);
  const scoresOf = new Map(known.map((user, place) => [user, rows[place]!]));
  return users.map((user) => scoresOf.get(user));
};

/** For graphs that take one user at a time. */
const askOneByOne: Ask = async (users, run) => {
  const rows: (Float32Array | undefined)[] = [];
  for (const user of users) rows.push((await askByRow([user], run))[0]);
  return rows;
};

const askByHistory: Ask = async (users, run) => {
  const rows: (Float32Array | undefined)[] = [];
  for (const { historyItems, historyWeights } of users) {
    if (historyItems.length === 0) rows.push(undefined);
    else rows.push((await run({ history_items: historyItems, history_weights: historyWeights }, 1))[0]);
  }
  return rows;
};

const askForAll: Ask = async (users, run) => {
  const [everybody] = await run({}, 1);
  return users.map(() => everybody);
};

/** By the graph's inputs, the most personal first. */
const WAYS: readonly (readonly [inputs: string, ask: Ask])[] = [
  ['k,user_index', askByRow],
  ['history_items,history_weights,k', askByHistory],
  ['k', askForAll],
];

function scoringGraph(graphs: readonly ManifestGraph[]): readonly [ManifestGraph, Ask] {
  for (const [wanted, ask] of WAYS) {
    const graph = graphs.find(
      ({ inputs }) =>
        inputs
          .map(({ name }) => name)
          .sort()
          .join() === wanted,
    );
    if (graph === undefined) continue;
    const takesOne = graph.inputs.some(({ name, shape }) => name === 'user_index' && shape[0] === 1);
    return [graph, takesOne ? askOneByOne : ask];
  }
  throw new AppError(
    'unimplemented.scorer',
    'no graph of the artifact ranks items for a user: such a model is measured by the run that trains it',
  );
}

/** Items that the graph does not name are worse than those that it names. */
function rowsOf(results: InferenceSession.ReturnType, rows: number, itemCount: number): Float32Array[] {
  const scores = results[OUTPUT_NAMES.scores]!.data as Float32Array;
  const items = results[OUTPUT_NAMES.itemIndices]!.data as Int32Array;
  const width = scores.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const all = new Float32Array(itemCount).fill(Number.NEGATIVE_INFINITY);
    for (let at = row * width; at < (row + 1) * width; at++) all[items[at]!] = scores[at]!;
    return all;
  });
}
