import { AppError } from '@attune/errors';
import type { ItemContent, TrainingSetTables } from '@attune/interactions';
import type { ObjectStore } from '@attune/object-store';
import { readInteractionTable } from './read-interaction-table';
import { readTextRows } from './read-parquet';

const ITEM_COLUMNS = ['item_id', 'title', 'text', 'tags', 'category'] as const;
const FOLLOW_COLUMNS = ['follower_key', 'followee_key'] as const;

/** The files of a training set of interactions. */
export interface TrainingSetFiles {
  readonly objectKeys: readonly string[];
  /** Files with items and with follows, where they were asked for. */
  readonly itemObjectKeys: readonly string[];
  readonly followObjectKeys: readonly string[];
  readonly rowCount: number;
}

/** Reads a training set of interactions with what stands beside it. */
export async function readTrainingSet(
  objectStore: Pick<ObjectStore, 'get'>,
  dataset: TrainingSetFiles,
): Promise<TrainingSetTables> {
  const table = await readInteractionTable(objectStore, dataset.objectKeys, dataset.rowCount);
  const items = new Map<string, ItemContent>();
  for (const key of dataset.itemObjectKeys) {
    for (const row of await readTextRows(objectStore, key, ITEM_COLUMNS)) {
      const text = [row.title, row.text].filter((part) => part !== '').join('\n');
      items.set(row.item_id, { text, tags: tagsOf(row.tags, key), category: row.category });
    }
  }
  const follows: (readonly [string, string])[] = [];
  for (const key of dataset.followObjectKeys) {
    for (const row of await readTextRows(objectStore, key, FOLLOW_COLUMNS)) {
      follows.push([row.follower_key, row.followee_key]);
    }
  }
  return { table, items, follows };
}

function tagsOf(json: string, key: string): readonly string[] {
  try {
    const tags: unknown = JSON.parse(json);
    if (Array.isArray(tags)) return tags.map(String);
  } catch (cause) {
    throw new AppError('data_loss.dataset', `${key}: the tags of an item are not JSON`, { cause });
  }
  throw new AppError('data_loss.dataset', `${key}: the tags of an item are not a list`);
}
