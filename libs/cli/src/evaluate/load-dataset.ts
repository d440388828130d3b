import { strengthOf } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Protocol } from '@attune/evaluation';
import {
  followsMatrix,
  IdIndex,
  resolvePreferences,
  resolveRatings,
  type TrainingSetTables,
} from '@attune/interactions';
import { openObjectStore } from '@attune/object-store';
import type { TrainingData } from '@attune/recommenders';
import { findTrainingSet, readTrainingSet } from '@attune/training-sets';
import type { LoadedData } from './evaluation-data';
import type { DataOptions } from './options';
import { parseSplit, splitBySpec } from './split-spec';

const NOTHING_SAID = { text: '', tags: [], category: '' };

/**
 * A training set of the store: what speaks for items as the trainers see it, or, to predict ratings, the newest rating of each pair.
 * It is split by the given rule, or as the protocol suggests.
 */
export async function loadDataset(
  { dataset, split, train, test, data, negatives }: DataOptions & { readonly dataset: string },
  protocol: Protocol,
  objectStoreUrl: string,
): Promise<LoadedData> {
  if (train !== undefined || test !== undefined || data !== undefined) {
    throw new AppError('invalid.options', 'name a data set of the store or files, not both');
  }
  const tables = await tablesOf(dataset, objectStoreUrl);
  const { table } = tables;
  const interactions = protocol === 'ratings' ? resolveRatings(table) : resolvePreferences(table, strengthOf);
  if (interactions.userIndex.length === 0) {
    const wanted = protocol === 'ratings' ? 'no rating' : 'no interaction that speaks for its item';
    throw new AppError('failed_precondition.dataset_empty', `data set "${dataset}" has ${wanted}`);
  }
  const rule = split ?? (protocol === 'leave-one-out' ? 'leave-last-out' : 'time:0.8');
  const beside = besideOf(tables);
  const count = interactions.userIndex.length;
  return {
    isSplitBySeed: parseSplit(rule).isSeeded,
    forSeed: (seed) => {
      const [training, held] = splitBySpec(interactions, rule, seed);
      return {
        training: { interactions: training!, ...beside },
        test: held!,
        negatives: negativesOf(negatives),
        hasValues: protocol === 'ratings',
      };
    },
    summary: { dataset, users: table.users.length, items: table.items.length, interactions: count, split: rule },
    remarks: [
      `data set ${dataset.slice(0, 12)}: ${count} pairs of ${table.users.length} users and ${table.items.length} items; ${rule}`,
    ],
  };
}

async function tablesOf(dataset: string, objectStoreUrl: string): Promise<TrainingSetTables> {
  await using objectStore = openObjectStore(objectStoreUrl);
  const found = await findTrainingSet(objectStore, dataset);
  if (found === undefined) {
    throw new AppError(
      'not_found.dataset',
      `there is no data set "${dataset}"; scripts/attune dataset build --kind interactions makes one and says its id`,
    );
  }
  if (found.kind !== 'interactions') {
    throw new AppError('invalid.dataset', `data set "${dataset}" holds ${found.kind}: --kind interactions is needed`);
  }
  return readTrainingSet(objectStore, found);
}

/** What the set holds beside interactions, where it was asked for when it was built. */
function besideOf({ table, items, follows }: TrainingSetTables): Omit<TrainingData, 'interactions'> {
  const users = new IdIndex();
  for (const user of table.users) users.of(user);
  const known = follows.flatMap(([from, to]) => {
    const pair = [users.find(from), users.find(to)] as const;
    return pair[0] < 0 || pair[1] < 0 || pair[0] === pair[1] ? [] : [pair];
  });
  const pairs = { follower: known.map(([from]) => from), followed: known.map(([, to]) => to) };
  return {
    ...(items.size > 0 && { items: table.items.map((id) => items.get(id) ?? NOTHING_SAID) }),
    ...(known.length > 0 && { follows: followsMatrix(pairs, table.users.length) }),
  };
}

function negativesOf(negatives: string | undefined) {
  if (negatives === undefined) return undefined;
  if (negatives === 'all') return 'all' as const;
  if (/^\d+$/.test(negatives)) return { sampled: Number(negatives) };
  throw new AppError(
    'invalid.options',
    'negatives of a data set of the store are drawn (a number) or all: its users are keyed hashes',
  );
}
