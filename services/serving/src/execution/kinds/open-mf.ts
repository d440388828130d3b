import type { OpenKind } from '../engine';
import { buildKeyIndex } from '../key-index';
import { type FactorTables, sharedFloats } from '../model-tables';
import { brokenArtifact, copyInto, StoredTensors } from '../verified-artifact';

/** Opens `mf`: a rating is the dot product of two rows, kept within the range of ratings. */
export const openMf: OpenKind = async (artifact, given) => {
  const graph = artifact.need('user_index', 'item_index');
  const { model, session } = await artifact.open(graph);
  await session.close();
  const stored = new StoredTensors(model, graph);
  const tables =
    (given as FactorTables | undefined) ??
    tablesIn(stored, await artifact.readUserKeys(), artifact.manifest.items.count);
  for (const { inputs, outputs } of graph.golden) {
    const users = inputs.user_index!.data;
    for (const [at, item] of inputs.item_index!.data.entries()) {
      const difference = Math.abs(ratingOf(tables, users[at]!, item) - outputs.rating!.data[at]!);
      if (!(difference <= graph.tolerance)) {
        throw brokenArtifact(`${graph.file}: its tables do not give its golden ratings`);
      }
    }
  }
  await artifact.verifyOthers();
  return { tables, nativeBytes: 0 };
};

function tablesIn(stored: StoredTensors, keys: readonly string[], itemCount: number): FactorTables {
  const users = stored.table('user_table', keys.length);
  const rank = users.dims[1]!;
  const items = stored.table('item_table', itemCount, rank);
  return {
    form: 'factors',
    rank,
    items: copyInto(items.raw, sharedFloats(itemCount * rank)),
    inverseLengths: sharedFloats(0),
    users: copyInto(users.raw, sharedFloats(keys.length * rank)),
    userIndex: buildKeyIndex(keys),
    moments: undefined,
    prior: undefined,
    range: [stored.number('lowest'), stored.number('highest')],
  };
}

function ratingOf({ users, items, rank, range }: FactorTables, user: number, item: number): number {
  let sum = 0;
  for (let c = 0; c < rank; c++) sum += users[user * rank + c]! * items[item * rank + c]!;
  return Math.min(range![1], Math.max(range![0], sum));
}
