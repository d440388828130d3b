import { randomUUID } from 'node:crypto';
import type { common } from '@attune/contracts';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { anItem, useInfra } from '@attune/testkit';
import { type FeatureStoreClient, type Started, startForTest } from './fleet';

const infra = useInfra();
let store: Started;
let client: FeatureStoreClient;
let database: Database;

beforeAll(async () => {
  store = await startForTest(infra);
  client = store.client;
  const schema = schemaFor(infra.namespace, 'feature-store');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

type Given = Partial<common.Block>;

const author = (value: string) => ({ $case: 'authorId', value }) as const;
const topic = (value: string) => ({ $case: 'topic', value }) as const;
const aBlock = (userId: string, given: Given): common.Block => ({
  ...{ userId, target: undefined, since: undefined, removed: false },
  ...given,
});

async function setBlocks(...blocks: common.Block[]) {
  const outcome = await client.setBlocks({ blocks, requestId: '' });
  await store.service.caughtUp();
  return outcome;
}

async function relationsOf(userId: string) {
  const { userId: _, ...said } = (await client.getRelations({ userIds: [userId] })).users[0]!;
  return said;
}

/** What the history has of the blocks of a user: kind, author, removed, kept. */
async function historyOf(userId: string): Promise<string[]> {
  const { rows } = await database.query<{ row: string }>(
    `SELECT concat_ws(' ', kind, nullif(other_id, ''), removed, kept) AS row FROM entity_changes
     WHERE entity_id = $1 AND kind IN ('author_block', 'topic_block') ORDER BY known_seq, event_id`,
    [userId],
  );
  return rows.map(({ row }) => row);
}

describe('blocks', () => {
  it('say whom and what a user does not want to see, until they are taken away', async () => {
    expect(
      await setBlocks(
        aBlock('ann', { target: author('loud') }),
        aBlock('ann', { target: author('louder') }),
        aBlock('ann', { target: topic('crypto') }),
        aBlock('ben', { target: topic('Crypto') }),
      ),
    ).toEqual({ changedCount: 4, unchangedCount: 0 });
    const all = { followeeIds: [], blockedAuthorIds: ['loud', 'louder'], hiddenTopics: ['crypto'] };
    expect(await relationsOf('ann')).toEqual(all);
    // Topics are compared as they are written, as features compare those of items.
    expect((await relationsOf('ben')).hiddenTopics).toEqual(['Crypto']);
    expect(await setBlocks(aBlock('ann', { target: author('loud'), removed: true }))).toMatchObject({
      changedCount: 1,
    });
    expect(await relationsOf('ann')).toEqual({ ...all, blockedAuthorIds: ['louder'] });
  });

  it('count once, in whatever number they are sent, and are in the history with what took effect', async () => {
    const block = aBlock('cleo', { target: author('loud') });
    await setBlocks(block);
    expect(await setBlocks(block)).toEqual({ changedCount: 0, unchangedCount: 1 });
    await setBlocks({ ...block, removed: true }, aBlock('cleo', { target: topic('news') }));
    // Of several for one target in a call the last one holds.
    await setBlocks({ ...block }, { ...block, removed: true });
    expect(await historyOf('cleo')).toEqual([
      'author_block loud f t',
      'author_block loud f f',
      ...['author_block loud t t', 'topic_block f t'],
      'author_block loud t f',
    ]);
    expect(await relationsOf('cleo')).toMatchObject({ blockedAuthorIds: [], hiddenTopics: ['news'] });
  });

  it('answer a call that is sent again like the first time', async () => {
    const request = { blocks: [aBlock('dan', { target: topic('news') })], requestId: randomUUID() };
    const first = await client.setBlocks(request);
    await store.service.caughtUp();
    expect(await client.setBlocks(request)).toEqual(first);
    expect(await historyOf('dan')).toHaveLength(1);
  });

  it('are refused with everything that is wrong, and nothing is taken', async () => {
    const blocks = [
      aBlock('eve', { target: topic('fine') }),
      aBlock('eve', {}),
      aBlock('', { target: author('x') }),
      aBlock('eve', { target: author('') }),
      aBlock('eve', { target: topic('t'.repeat(129)) }),
      aBlock('eve', { target: author('a\n') }),
      aBlock('eve', { target: topic('x'), since: new Date(Date.now() + 1e9) }),
    ];
    await expect(client.setBlocks({ blocks, requestId: '' })).rejects.toMatchObject({
      violations: [
        { field: 'blocks[1].target', description: 'must be an author_id or a topic' },
        { field: 'blocks[2].user_id' },
        { field: 'blocks[3].target' },
        { field: 'blocks[4].topic', description: 'must have at most 128 characters, not 129' },
        { field: 'blocks[5].author_id', description: 'must not contain control characters' },
        { field: 'blocks[6].since' },
      ],
    });
    await expect(client.setBlocks({ blocks: [], requestId: '' })).rejects.toThrow('blocks must not be empty');
    await store.service.caughtUp();
    expect(await historyOf('eve')).toEqual([]);
  });

  it('are in the export of who blocks; who is blocked learns by how many', async () => {
    await setBlocks(aBlock('fay', { target: author('gus') }), aBlock('fay', { target: topic('war') }));
    await setBlocks(aBlock('fay', { target: topic('war'), removed: true }));
    const lines = async (userId: string) => {
      const parts: Buffer[] = [];
      for await (const { jsonLines } of client.exportUser({ userId })) parts.push(Buffer.from(jsonLines));
      const text = Buffer.concat(parts).toString().trim();
      return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    const own = (await lines('fay')).map(({ kind, authorId, topic: about, removed }) => [
      kind,
      authorId ?? about,
      removed,
    ]);
    expect(own.slice(0, 2)).toEqual([
      ['block', 'war', true],
      ['block', 'gus', false],
    ]);
    const changes = own
      .slice(2)
      .map((line) => line.join(' '))
      .sort();
    expect(changes).toEqual(['block_change gus false', 'block_change war false', 'block_change war true']);
    expect(await lines('gus')).toEqual([{ kind: 'blocked_by', userCount: 1 }]);
  });
});

describe('GetRelations', () => {
  it('answers for every user in the order of the request, also for those who said nothing, and twice where asked twice', async () => {
    const since = (day: number) => new Date(Date.UTC(2026, 0, day));
    const follows = ['old', 'new', 'gone', 'mid'].map((followeeId, n) => ({
      ...{ followerId: 'hal', followeeId, removed: false, since: since([1, 9, 3, 5][n]!) },
    }));
    await client.setFollows({ follows, requestId: '' });
    await client.setFollows({ follows: [{ ...follows[2]!, removed: true }], requestId: '' });
    await setBlocks(aBlock('ida', { target: topic('war') }));
    const { users } = await client.getRelations({ userIds: ['ida', 'nobody', 'hal', 'ida'] });
    const nothing = { followeeIds: [], blockedAuthorIds: [], hiddenTopics: [] };
    const ida = { ...nothing, userId: 'ida', hiddenTopics: ['war'] };
    expect(users).toEqual([
      ida,
      { ...nothing, userId: 'nobody' },
      { ...nothing, userId: 'hal', followeeIds: ['new', 'mid', 'old'] },
      ida,
    ]);
  });

  it('gives the newest 1,000 of many follows', async () => {
    const follows = Array.from({ length: 1_200 }, (_, n) => ({
      ...{ followerId: 'jo', followeeId: `f${n}`, removed: false, since: new Date(Date.UTC(2026, 0, 1) + n * 1_000) },
    }));
    await client.setFollows({ follows, requestId: '' });
    await store.service.caughtUp();
    const { followeeIds } = await relationsOf('jo');
    expect([followeeIds.length, followeeIds[0], followeeIds.at(-1)]).toEqual([1_000, 'f1199', 'f200']);
  });

  it('answers about as many users as may be asked about, each of whom follows a thousand', async () => {
    const userIds = Array.from({ length: 100 }, (_, n) => `crowd-${n}`);
    // Ids of 36 characters, as UUIDs have.
    await database.query(
      `INSERT INTO follows (follower_id, followee_id, removed, content_hash, accepted_at, event_id)
       SELECT follower, 'followed-by-an-id-as-long-as-one' || n, false, '', now(), follower || n
       FROM unnest($1::text[]) AS follower, generate_series(1000, 1999) AS n`,
      [userIds],
    );
    const { users } = await client.getRelations({ userIds });
    expect(users.map(({ followeeIds }) => followeeIds.length)).toEqual(new Array(100).fill(1_000));
  });

  it('refuses too many users and ids that are none', async () => {
    await expect(client.getRelations({ userIds: [] })).rejects.toThrow('user_ids must not be empty');
    await expect(client.getRelations({ userIds: new Array(101).fill('u') })).rejects.toThrow(/at most 100 elements/);
    await expect(client.getRelations({ userIds: ['u', ''] })).rejects.toMatchObject({
      violations: [{ field: 'user_ids[1]' }],
    });
  });
});

describe('ListItems', () => {
  const upsert = async (...items: common.Item[]) => {
    await client.upsertItems({ items, requestId: '' });
    await store.service.caughtUp();
  };
  const ids = (items: readonly common.Item[]) => items.map(({ itemId }) => itemId);

  it('leads through all items once while others come and change', async () => {
    await upsert(...Array.from({ length: 25 }, (_, n) => anItem({ itemId: `p${String(n).padStart(2, '0')}` })));
    const seen: string[] = [];
    for (let pageToken = '', pageNumber = 0; ; pageNumber++) {
      const { items, nextPageToken } = await client.listItems({ pageSize: 10, pageToken });
      seen.push(...ids(items));
      if (nextPageToken === '') break;
      pageToken = nextPageToken;
      // One behind the place, one before it, and one that was shown changes.
      await upsert(anItem({ itemId: `p${20 + pageNumber}x` }), anItem({ itemId: `a${pageNumber}` }));
      await upsert(anItem({ itemId: 'p00', title: `changed ${pageNumber}` }));
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort());
    expect(seen.filter((id) => /^p\d\d$/.test(id))).toHaveLength(25);
  });

  it('has fewer items on a page whose texts are long, and never none', async () => {
    const long = (n: number) => anItem({ itemId: `z${String(n).padStart(3, '0')}`, text: 'ü'.repeat(20_000) });
    await upsert(...Array.from({ length: 80 }, (_, n) => long(n)));
    let count = 0;
    let pages = 0;
    for (let pageToken = ''; ; pages++) {
      const { items, nextPageToken } = await client.listItems({ pageSize: 1_000, pageToken });
      expect(items.length).toBeGreaterThan(0);
      count += items.filter(({ itemId }) => itemId.startsWith('z')).length;
      if (nextPageToken === '') break;
      pageToken = nextPageToken;
    }
    expect([count, pages]).toEqual([80, 1]);
  });

  it('refuses a token of something else', async () => {
    const other = await client.listFeatures({ entityType: 0, pageSize: 1, pageToken: '' });
    await expect(client.listItems({ pageSize: 1, pageToken: other.nextPageToken })).rejects.toMatchObject({
      violations: [{ field: 'page_token' }],
    });
  });
});
