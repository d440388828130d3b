import { featureStore } from '@attune/contracts';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { anInteraction, anItem, aUser, useInfra } from '@attune/testkit';
import { parquetReadObjects } from 'hyparquet';
import { ParquetDatasetWriter } from '../src/storage/parquet-dataset-writer';
import { type Started, startForTest } from './fleet';

const infra = useInfra();
const objects: ObjectStore = openObjectStore(infra.objectStoreUrl);
const { INTERACTIONS } = featureStore.TrainingSetKind;
const keyOf = makeUserKeys(DEVELOPMENT_SECRET);
let store: Started;

beforeAll(async () => {
  store = await startForTest(infra);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
});

const question = (
  changes: Partial<featureStore.BuildTrainingSetRequest> = {},
): featureStore.BuildTrainingSetRequest => ({
  ...{ from: undefined, to: undefined, knownAt: undefined, kind: INTERACTIONS, labelRule: undefined },
  ...{ negatives: undefined, featureNames: [], requestId: '', split: undefined, includeFlagged: false },
  ...{ includeItems: false, includeFollows: false },
  ...changes,
});

async function build(changes: Partial<featureStore.BuildTrainingSetRequest> = {}): Promise<featureStore.TrainingSet> {
  let dataset: featureStore.TrainingSet | undefined;
  for await (const progress of store.client.buildTrainingSet(question(changes))) dataset = progress.dataset;
  return dataset!;
}

async function rowsOf(objectKeys: readonly string[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (const key of objectKeys) {
    const bytes = await objects.get(key);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    rows.push(...(await parquetReadObjects({ file })));
  }
  return rows;
}

async function keysIn(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
}

describe('BuildTrainingSet', () => {
  it('holds everything that was accepted before the call, in the order of user and time', async () => {
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    const interactions = [
      anInteraction({ userId: 'b', itemId: 'y', type: 'rating', value: 4.5, occurredAt: at(2) }),
      anInteraction({ userId: 'b', itemId: 'x', occurredAt: at(1) }),
      anInteraction({ userId: 'a', itemId: 'ü "\\', occurredAt: at(3) }),
    ];
    await store.client.recordInteractions({ interactions, producer: '' });
    const dataset = await build();
    expect(await rowsOf(dataset.objectKeys)).toEqual([
      { user_key: keyOf('a'), item_id: 'ü "\\', type: 'like', value: null, occurred_at: at(3).getTime() },
      { user_key: keyOf('b'), item_id: 'x', type: 'like', value: null, occurred_at: at(1).getTime() },
      { user_key: keyOf('b'), item_id: 'y', type: 'rating', value: 4.5, occurred_at: at(2).getTime() },
    ]);
    expect(dataset).toMatchObject({ rowCount: 3, userCount: 2, itemCount: 3, rowsPerType: { like: 2, rating: 1 } });
    expect([dataset.firstAt, dataset.lastAt]).toEqual([at(1), at(3)]);
  });

  it('is the same set under the same name when it is built again', async () => {
    const [first, second] = [await build(), await build()];
    expect(second.contentHash).toBe(first.contentHash);
    expect(await keysIn('datasets/')).toEqual([`datasets/${first.contentHash}/dataset.json`, ...first.objectKeys]);
  });

  it('keeps to the slice that was asked for', async () => {
    const dataset = await build({ from: new Date('2026-01-02T00:00:00Z'), to: new Date('2026-01-03T00:00:00Z') });
    expect((await rowsOf(dataset.objectKeys)).map(({ item_id }) => item_id)).toEqual(['y']);
    expect((await build({ knownAt: new Date('2020-01-01T00:00:00Z') })).rowCount).toBe(0);
  });

  it('stops and leaves nothing behind when the caller goes away', async () => {
    const before = await keysIn('datasets/');
    const users = Array.from({ length: 5_000 }, (_, n) => anInteraction({ userId: `gone-${n}` }));
    await store.client.recordInteractions({ interactions: users, producer: '' });
    const calling = new AbortController();
    const call = async () => {
      for await (const _ of store.client.buildTrainingSet(question(), { signal: calling.signal })) calling.abort();
    };
    await expect(call()).rejects.toMatchObject({ code: expect.stringMatching(/^cancelled/) });
    await store[Symbol.asyncDispose]();
    expect(await keysIn('datasets/')).toEqual(before);
    store = await startForTest(infra);
  });

  it('holds what items say and who follows whom where that is asked for, of those who agree, as of a moment too', async () => {
    const items = [anItem({ itemId: 'x', title: 'X', text: 'about x', tags: ['a', 'b'], category: 'c' })];
    await store.client.upsertItems({ items, requestId: '' });
    const refusing = { personalization: undefined, training: false, experiments: undefined };
    await store.client.upsertUsers({ users: [aUser({ userId: 'shy', consent: refusing })], requestId: '' });
    const follow = (followerId: string, followeeId: string) => ({
      followerId,
      followeeId,
      since: undefined,
      removed: false,
    });
    await store.client.setFollows({ follows: [follow('a', 'b'), follow('a', 'shy')], requestId: '' });
    const known = await build({ includeItems: true, includeFollows: true });
    await store.client.upsertItems({ items: [anItem({ ...items[0]!, title: 'Y' })], requestId: '' });
    await store.client.setFollows({ follows: [{ ...follow('a', 'b'), removed: true }], requestId: '' });
    const now = await build({ includeItems: true, includeFollows: true });
    const then = await build({ includeItems: true, includeFollows: true, knownAt: known.knownAt! });
    const asKnown = { item_id: 'x', title: 'X', text: 'about x', tags: '["a","b"]', category: 'c' };
    expect(await rowsOf(known.itemObjectKeys)).toEqual([asKnown]);
    expect(await rowsOf(known.followObjectKeys)).toEqual([{ follower_key: keyOf('a'), followee_key: keyOf('b') }]);
    expect(await rowsOf(now.itemObjectKeys)).toEqual([{ ...asKnown, title: 'Y' }]);
    expect(now.followObjectKeys).toEqual([]);
    expect([then.itemObjectKeys, then.followObjectKeys, then.contentHash]).toEqual([
      known.itemObjectKeys,
      known.followObjectKeys,
      known.contentHash,
    ]);
  });

  it('refuses a slice without time', async () => {
    const from = new Date('2026-01-02T00:00:00Z');
    await expect(build({ from, to: from })).rejects.toMatchObject({ violations: [{ field: 'from' }] });
  });
});

describe('ParquetDatasetWriter', () => {
  const aRow = (n: number) => ({ userId: `u${n}`, itemId: 'i', type: 'like', value: undefined, occurredAtMs: n });

  it('splits a long set into files and reads back as it was', async () => {
    await using writer = new ParquetDatasetWriter(objects, keyOf, {}, 4);
    await writer.add([1, 2, 3, 4, 5, 6].map(aRow));
    await writer.add([7, 8, 9].map(aRow));
    const { objectKeys } = await writer.finish(() => ({}));
    expect(objectKeys).toHaveLength(3);
    expect((await rowsOf(objectKeys)).map(({ occurred_at }) => occurred_at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('leaves nothing behind when it is given up', async () => {
    const before = await keysIn('datasets/');
    {
      await using writer = new ParquetDatasetWriter(objects, keyOf, {}, 2);
      await writer.add([11, 12, 13].map(aRow));
    }
    expect(await keysIn('datasets/')).toEqual(before);
  });
});
