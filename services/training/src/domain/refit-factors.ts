import { AppError } from '@attune/errors';
import type { Interactions, InteractionTable, StrengthOf } from '@attune/interactions';
import { alsSettings, MODELS, refitAls } from '@attune/recommenders';
import { appendInteractions, type KeyedInteraction } from './append-interactions';
import { type FactorRow, type LearnedFactors, UPDATED_MODEL } from './factor-update';
import { observe } from './observe';
import { rowsOf } from './rows-of';

/** A version of `als` as its artifact has it. */
export interface TrainedFactors {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
  /** [users x rank] */
  readonly userFactors: Float32Array;
  /** [items x rank] */
  readonly itemFactors: Float32Array;
}

/** What a round of learning is about. */
export interface RefitSubjects {
  /** Everything since the data set about these users and items. */
  readonly interactions: readonly KeyedInteraction[];
  readonly userKeys: readonly string[];
  readonly itemIds: readonly string[];
  /** What earlier rounds learned. */
  readonly learned: LearnedFactors;
}

/** An item that the version knows is learned anew when so much of what is known of it is new: less hardly moves it. */
const CHANGED_SHARE = 0.1;

/**
 * Learns the factors of users and items anew from the data set of a version and all that came in since, in the space of that version
 * (`refitAls`): the users who did something, items that the version does not know, and those of which much is new. Users without any
 * item, and items that nobody placed has met, have no factors. Where the data set is gone only those are learned whom the version does
 * not know: of the others the histories are not whole.
 */
export function refitFactors(
  base: InteractionTable | undefined,
  trained: TrainedFactors,
  given: RefitSubjects,
  strengthOf: StrengthOf,
): LearnedFactors {
  const settings = alsSettings.parse(trained.settings);
  requireObjective(trained);
  const subjects = base === undefined ? unknownTo(trained, given) : given;
  const table = appendInteractions(base ?? NO_TABLE, subjects.interactions);
  if (table.userIndex.length === 0) return NOTHING_LEARNED;
  const observed = observe(table, strengthOf, MODELS.get(UPDATED_MODEL)!.wants?.(settings));
  const { interactions } = observed;
  // whatever came in speaks against items
  if (interactions.userIndex.length === 0) return NOTHING_LEARNED;
  const { rank } = settings;
  const userFactors = placed(table.users, trained.userKeys, trained.userFactors, subjects.learned.users, rank);
  const itemFactors = placed(table.items, trained.itemIds, trained.itemFactors, subjects.learned.items, rank);
  const users = rowsOf(table.users, subjects.userKeys).filter((row) => row >= 0);
  const items = changedItems(table, interactions, trained, subjects);
  const { metrics } = trained;
  const learned = refitAls({ ...observed, settings, metrics, userFactors, itemFactors, users, items });
  return {
    users: factorRows(users, table.users, learned.users, rank),
    items: factorRows(items, table.items, learned.items, rank),
  };
}

const NOTHING_LEARNED: LearnedFactors = { users: [], items: [] };
const NO_TABLE: InteractionTable = {
  ...{ users: [], items: [], types: [] },
  ...{ userIndex: new Int32Array(0), itemIndex: new Int32Array(0), type: new Uint8Array(0) },
  ...{ value: new Float32Array(0), timeMs: new Float64Array(0) },
};

function unknownTo({ userKeys, itemIds }: TrainedFactors, subjects: RefitSubjects): RefitSubjects {
  const [users, items] = [new Set(userKeys), new Set(itemIds)];
  return {
    ...subjects,
    userKeys: subjects.userKeys.filter((key) => !users.has(key)),
    itemIds: subjects.itemIds.filter((id) => !items.has(id)),
  };
}

function requireObjective({ metrics }: TrainedFactors): void {
  if (metrics.regularization! > 0 && metrics.unobserved_weight! >= 0) return;
  throw new AppError(
    'failed_precondition.objective',
    'the artifact does not say by which objective it was trained: it is from before that was kept; train the model again',
  );
}

/** [ids x rank]: what was learned last, else what was trained, else zeros. */
function placed(
  ids: readonly string[],
  trainedIds: readonly string[],
  trainedFactors: Float32Array,
  learned: readonly FactorRow[],
  rank: number,
): Float32Array {
  const factors = new Float32Array(ids.length * rank);
  for (const [row, from] of rowsOf(trainedIds, ids).entries()) {
    if (from >= 0) factors.set(trainedFactors.subarray(from * rank, (from + 1) * rank), row * rank);
  }
  const keys = learned.map(({ key }) => key);
  for (const [at, row] of rowsOf(ids, keys).entries()) if (row >= 0) factors.set(learned[at]!.vector, row * rank);
  return factors;
}

function changedItems(
  { items }: InteractionTable,
  { itemIndex }: Interactions,
  trained: TrainedFactors,
  { interactions, itemIds }: RefitSubjects,
): Int32Array {
  const isTrained = new Set(trained.itemIds);
  const newCounts = new Map<string, number>();
  for (const { itemId } of interactions) newCounts.set(itemId, (newCounts.get(itemId) ?? 0) + 1);
  const counts = new Int32Array(items.length);
  for (const item of itemIndex) counts[item]!++;
  return rowsOf(items, itemIds).filter((row) => {
    if (row < 0 || counts[row] === 0) return false;
    const id = items[row]!;
    return !isTrained.has(id) || newCounts.get(id)! >= CHANGED_SHARE * counts[row]!;
  });
}

function factorRows(rows: Int32Array, ids: readonly string[], factors: Float32Array, rank: number): FactorRow[] {
  return Array.from(rows, (row, at) => ({ key: ids[row]!, vector: factors.slice(at * rank, (at + 1) * rank) })).filter(
    ({ vector }) => vector.some((value) => value !== 0),
  );
}
