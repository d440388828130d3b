import { AppError } from '@attune/errors';
import { type Interactions, resolveRatings, type StrengthOf, type TrainingSetTables } from '@attune/interactions';
import { buildCsr, type Csr } from '@attune/kernels';
import type { ItemContent, ModelDefinition, TrainingData, Wants } from '@attune/recommenders';
import { observe, renumbered } from './observe';

/** What a model learns from, and whom the indices mean. */
export interface Material {
  readonly data: TrainingData;
  /** By user index: keyed hashes. */
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
}

/**
 * Prepares a data set for one kind of model: preferences or ratings over those users and items that have one, so that nobody gets a
 * vector that means nothing. Models that read what items say also get the items that nobody has met yet.
 */
export function prepareMaterial(
  tables: TrainingSetTables,
  definition: Pick<ModelDefinition, 'needs' | 'uses'>,
  { strengthOf, wants }: { readonly strengthOf: StrengthOf; readonly wants?: Wants },
): Material {
  const { table } = tables;
  const isRatings = definition.needs.includes('values');
  const observed = isRatings ? { interactions: resolveRatings(table) } : observe(table, strengthOf, wants);
  const all = observed.interactions;
  requireEnough(all, isRatings);
  const users = compact(all.userIndex, table.users, []);
  const reads = new Set([...definition.needs, ...(definition.uses ?? [])]);
  const readsContent = reads.has('item_content');
  const items = compact(all.itemIndex, table.items, readsContent ? [...tables.items.keys()] : []);
  requireSeveral('user', users.ids);
  requireSeveral('item', items.ids);
  // renumbering keeps the order of numbers, so that entries stay ordered by user and item
  const counts = { userCount: users.ids.length, itemCount: items.ids.length };
  const numbered = renumbered(observed, { users: users.numbers, items: items.numbers, ...counts });
  const content = readsContent ? items.ids.map((id) => tables.items.get(id) ?? NOTHING_SAID) : undefined;
  const follows = reads.has('follows') ? followsOf(tables.follows, users.ids) : undefined;
  return { data: { ...numbered, items: content, follows }, userKeys: users.ids, itemIds: items.ids };
}

const NOTHING_SAID: ItemContent = { text: '', tags: [], category: '' };

function requireEnough({ userIndex }: Interactions, isRatings: boolean): void {
  if (userIndex.length > 0) return;
  if (isRatings) {
    throw new AppError(
      'failed_precondition.dataset_no_ratings',
      'the data set has no interaction of the type "rating" with a value; record ratings, or train a model that ranks',
    );
  }
  throw new AppError(
    'failed_precondition.dataset_no_positives',
    'no interaction of the data set speaks for its item; record likes, views or the like first',
  );
}

function requireSeveral(what: string, { length }: readonly string[]): void {
  if (length > 1) return;
  throw new AppError(
    'failed_precondition.dataset_too_small',
    `the data set has interactions of one ${what} only; there is nothing to compare`,
  );
}

/** Renumbers to the numbers in use, in their old order, and adds further ids behind them. */
function compact(index: Int32Array, ids: readonly string[], further: readonly string[]) {
  const used = new Uint8Array(ids.length);
  for (const i of index) used[i] = 1;
  const numbers = new Int32Array(ids.length).fill(-1);
  let next = 0;
  for (let i = 0; i < used.length; i++) if (used[i] === 1) numbers[i] = next++;
  const kept = ids.filter((_, i) => used[i] === 1);
  const known = new Set(kept);
  return { numbers, ids: [...kept, ...further.filter((id) => !known.has(id))] };
}

function followsOf(follows: TrainingSetTables['follows'], userKeys: readonly string[]): Csr {
  const rowOf = new Map(userKeys.map((key, row) => [key, row]));
  const known = follows.flatMap(([follower, followee]) => {
    const [row, column] = [rowOf.get(follower), rowOf.get(followee)];
    return row === undefined || column === undefined || row === column ? [] : [[row, column] as const];
  });
  return buildCsr({
    rowCount: userKeys.length,
    rows: Int32Array.from(known, ([row]) => row),
    columns: Int32Array.from(known, ([, column]) => column),
  });
}
