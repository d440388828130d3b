import { buildFloatRetrievalGraph, buildQuantizedRetrievalGraph } from '@attune/onnx';
import type { OpenedModel, OpenKind } from '../engine';
import { itemMoments } from '../item-moments';
import { buildKeyIndex } from '../key-index';
import { type FactorTables, sharedFloats } from '../model-tables';
import { countTensor, openGraph, rowsTensor } from '../open-graph';
import { userPriorFacts } from '../user-prior';
import { brokenArtifact, copyInto, StoredTensors, type VerifiedArtifact } from '../verified-artifact';
import { type Expected, expectedFrom, whatDiffers } from './agreement';
import { LiveRetrieval, type Scan } from './live-retrieval';

/** Tables that fit a cache are scanned as fast in fp32 (10,000 x 128: 0.17 ms both; 30,000: 0.26 and 0.64; 100,000: 0.36 and 3). */
const SMALLEST_FOR_INT8_BYTES = 6 * 2 ** 20;
/** Asked of the artifact's graphs and of the live one: users, and items for their neighbours. */
const SAMPLED = { users: 48, items: 8, count: 100 } as const;

/**
 * Opens `als`. The artifact's graphs are verified one after the other, asked for some users and items, and closed. What serves is
 * one live graph over the tables, in 8 bits where the table is large, once it gives the same answers.
 */
export const openAls: OpenKind = async (artifact, given) => {
  const { tables, byUser } = await openByUser(artifact, given as FactorTables | undefined);
  const byItem = await askSimilar(artifact, tables);
  await artifact.verifyOthers();
  const { scan, engine, note } = await openLive(tables, [...byUser, ...byItem]);
  // the values, and one scale for each row or less
  const nativeBytes =
    (tables.items.byteLength * scan.bits) / 32 + (scan.bits === 8 ? tables.inverseLengths.byteLength : 0);
  return { tables, engine, nativeBytes, note } satisfies OpenedModel;
};

async function openByUser(artifact: VerifiedArtifact, given: FactorTables | undefined) {
  const graph = artifact.need('user_index');
  const { model, session } = await artifact.open(graph);
  const tables = given ?? (await tablesIn(new StoredTensors(model, graph), artifact));
  const rows = spread(tables.users.length / tables.rank, SAMPLED.users);
  const byUser: Expected[] = [];
  for (const row of rows) {
    const results = await session.run({ user_index: rowsTensor(Int32Array.of(row)), k: countTensor(SAMPLED.count) });
    byUser.push(expectedFrom(results, { measure: 'dot', vector: rowOf(tables.users, row, tables.rank) }));
  }
  await session.close();
  return { tables, byUser };
}

async function askSimilar(artifact: VerifiedArtifact, { items, inverseLengths, rank }: FactorTables) {
  const { session } = await artifact.open(artifact.need('item_index'));
  const byItem: Expected[] = [];
  for (const row of spread(items.length / rank, SAMPLED.items)) {
    const results = await session.run({ item_index: rowsTensor(Int32Array.of(row)), k: countTensor(SAMPLED.count) });
    const vector = rowOf(items, row, rank).map((value) => value * inverseLengths[row]!);
    byItem.push(expectedFrom(results, { measure: 'cosine', vector }));
  }
  await session.close();
  return byItem;
}

async function tablesIn(stored: StoredTensors, artifact: VerifiedArtifact): Promise<FactorTables> {
  const itemCount = artifact.manifest.items.count;
  const keys = await artifact.readUserKeys();
  const columns = stored.table('items', undefined, itemCount);
  const rank = columns.dims[0]!;
  const users = copyInto(stored.table('user_factors', keys.length, rank).raw, sharedFloats(keys.length * rank));
  const items = transposed(columns.raw, rank, itemCount);
  return {
    form: 'factors',
    rank,
    items,
    inverseLengths: inverseLengthsOf(items, rank),
    users,
    userIndex: buildKeyIndex(keys),
    moments: await itemMoments(items, rank),
    prior: userPriorFacts(artifact.manifest, items, rank),
    range: undefined,
  };
}

/** [rank x count] as [count x rank], a row of the target's cache lines at a time. */
function transposed(raw: Uint8Array, rank: number, count: number): Float32Array {
  const target = sharedFloats(rank * count);
  const bytes = raw.byteOffset % 4 === 0 ? raw : Uint8Array.from(raw);
  const source = new Float32Array(bytes.buffer, bytes.byteOffset, rank * count);
  const TILE = 64;
  for (let from = 0; from < count; from += TILE) {
    const end = Math.min(count, from + TILE);
    for (let c = 0; c < rank; c++)
      for (let item = from; item < end; item++) target[item * rank + c] = source[c * count + item]!;
  }
  return target;
}

function inverseLengthsOf(items: Float32Array, rank: number): Float32Array {
  const inverse = sharedFloats(items.length / rank);
  for (let row = 0; row < inverse.length; row++) {
    let square = 0;
    for (let at = row * rank; at < (row + 1) * rank; at++) square += items[at]! * items[at]!;
    inverse[row] = square > 0 ? 1 / Math.sqrt(square) : 0;
  }
  return inverse;
}

const rowOf = (table: Float32Array, row: number, rank: number) => table.slice(row * rank, (row + 1) * rank);

/** Rows that lie evenly over a table, the first and the last among them. */
function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, row) => row);
  return Array.from({ length: most }, (_, at) => Math.round((at * (count - 1)) / (most - 1)));
}

async function openLive(tables: FactorTables, expected: readonly Expected[]) {
  const int8 = scanInInt8(tables);
  if (int8 === undefined) return { ...(await openChecked(tables, expected, FLOAT_SCAN)), note: '' };
  const tried = await openScan(tables, int8);
  const problem = await whatDiffers(tried.engine, expected);
  if (problem === undefined) return { scan: int8, engine: tried.engine, note: '' };
  await tried.close();
  const note = `the scan in 8 bits does not give the answers of the artifact, so the slower one in fp32 serves: ${problem}`;
  return { ...(await openChecked(tables, expected, FLOAT_SCAN)), note };
}

async function openChecked(tables: FactorTables, expected: readonly Expected[], scan: Scan) {
  const { engine } = await openScan(tables, scan);
  const problem = await whatDiffers(engine, expected);
  if (problem === undefined) return { scan, engine };
  throw brokenArtifact(`the tables of the artifact do not give the answers of its graphs: ${problem}`);
}

async function openScan(tables: FactorTables, scan: Scan) {
  const build = scan.bits === 8 ? buildQuantizedRetrievalGraph : buildFloatRetrievalGraph;
  const session = await openGraph('live_retrieval', build({ itemFactors: tables.items, rank: tables.rank }));
  return { engine: await LiveRetrieval.open(session, tables, scan), close: () => session.close() };
}

/** One product of matrices reads the table once for all vectors. */
const FLOAT_SCAN: Scan = { bits: 32, batchLimit: 8 };

/** So large a table of 8 bits comes from memory at each scan. */
const BEYOND_CACHES_BYTES = 64 * 2 ** 20;

/**
 * In 8 bits several vectors at once cost as much as one after the other (100,000 x 128: 0.36 ms alone, 0.48 each of four), unless the
 * table comes from memory each time (1,000,000: 5.6 and 4.0).
 */
function scanInInt8({ items }: FactorTables): Scan | undefined {
  if (items.byteLength < SMALLEST_FOR_INT8_BYTES) return undefined;
  return { bits: 8, batchLimit: items.byteLength / 4 > BEYOND_CACHES_BYTES ? 4 : 1 };
}
