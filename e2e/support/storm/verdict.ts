import {
  type Client as Caller,
  common,
  featureStore,
  interactionType,
  type SERVICES,
  strengthOf,
} from '@attune/contracts';
import { type Acknowledged, type ReadReference, referenceFold } from '@attune/feature-store';
import { Client, escapeIdentifier } from 'pg';

type StoreCaller = Caller<(typeof SERVICES)['feature-store']['definition']>;

const IDS_PER_CALL = 250;
const VOCABULARY = { isKnown: (type: string) => interactionType(type) !== undefined, strengthOf };

/** Events of the history against what was acknowledged. */
export async function countEvents(
  url: string,
  schema: string,
  acknowledged: number,
): Promise<{ readonly lost: number; readonly doubled: number }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const table = `${escapeIdentifier(schema)}.interactions`;
  const { rows } = await client.query<{ all: number; distinct: number }>(
    `SELECT count(*)::int AS all, count(DISTINCT event_id)::int AS distinct FROM ${table}`,
  );
  await client.end();
  const { all, distinct } = rows[0]!;
  return { lost: acknowledged - distinct, doubled: all - distinct };
}

/** Feature values that are not, byte for byte, those of the reference, as sentences; and how many were compared. */
export async function compareFeatures(
  caller: StoreCaller,
  acknowledged: Acknowledged,
  userIds: readonly string[],
): Promise<{ readonly compared: number; readonly differences: readonly string[] }> {
  const reference = referenceFold(acknowledged, VOCABULARY);
  const itemIds = acknowledged.items.map(({ itemId }) => itemId);
  const questions = [
    ...chunks(userIds).map((entityIds) => ({ entity: 'user' as const, entityIds, pairs: [] })),
    ...chunks(itemIds).map((entityIds) => ({ entity: 'item' as const, entityIds, pairs: [] })),
    ...chunks(userIds).map((ids, n) => ({
      entity: 'user_item' as const,
      entityIds: [],
      pairs: ids.map((userId, place) => ({ userId, itemId: itemIds[(place * 7 + n) % itemIds.length]! })),
    })),
  ];
  const differences: string[] = [];
  let compared = 0;
  for (const question of questions) {
    const { rows } = await caller.getFeatures({
      ...featureStore.GetFeaturesRequest.create(),
      ...{ entityType: TYPES[question.entity], entityIds: question.entityIds, pairs: question.pairs },
    });
    for (const row of rows) {
      compared += row.values.length;
      differences.push(...differencesOf(row, question.entity, reference));
    }
  }
  return { compared, differences };
}

const { USER, ITEM, USER_ITEM } = common.EntityType;
const TYPES = { user: USER, item: ITEM, user_item: USER_ITEM } as const;

function differencesOf(
  row: featureStore.FeatureRow,
  entity: 'user' | 'item' | 'user_item',
  reference: ReadReference,
): string[] {
  const userId = entity === 'item' ? '' : row.entityId;
  const itemId = entity === 'item' ? row.entityId : row.itemId;
  const wanted = reference(entity, { userId, itemId }, row.readAt!.getTime());
  return row.values.flatMap((value, index) => {
    const reading = wanted[index]!;
    const [is, should] = [plain(value), 'value' in reading ? reading.value : reading.missing];
    const isSame = reading.name === value.name && bytes(is).equals(bytes(should));
    return isSame ? [] : [`${value.name} of ${userId} ${itemId}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`];
  });
}

const REASONS = { 1: 'unknown_entity', 2: 'never_observed', 3: 'expired', 4: 'no_consent' } as Record<number, string>;

function plain({ value }: common.FeatureValue): unknown {
  if (value?.$case === 'missing') return REASONS[value.value];
  if (value?.$case === 'numbers') return value.value.values;
  return value?.$case === 'scoredNames' ? value.value.entries : value?.value;
}

/** Numbers by their bits, which JSON would not show. */
function bytes(value: unknown): Buffer {
  if (typeof value === 'number') return Buffer.from(Float64Array.of(value).buffer);
  if (Array.isArray(value)) return Buffer.concat(value.map(bytes));
  if (typeof value === 'object' && value !== null) return Buffer.concat(Object.values(value).map(bytes));
  return Buffer.from(`${value};`);
}

function chunks(ids: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_CALL) all.push(ids.slice(at, at + IDS_PER_CALL));
  return all;
}
