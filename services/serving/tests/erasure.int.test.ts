import { events, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { openPrivacy, verifyReceipt } from '@attune/privacy';
import { closeRedis, openRedis } from '@attune/redis';
import { writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';

const NOW = { since: undefined, removed: false };
const SECRET = 'a secret for tests, 32 characters or more';
const USER = 'somebody-to-forget';
const { publicKey, userKeyOf } = openPrivacy(SECRET);

describe('the erasure of a user', () => {
  let fleet: Fleet;

  beforeEach(async () => {
    fleet = await Fleet.open();
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start({ ATTUNE_PRIVACY_SECRET: SECRET, ATTUNE_SERVING_SEEN_FRESH_MS: '1000' });
  });
  afterEach(() => fleet[Symbol.asyncDispose]());

  async function live(userId: string): Promise<void> {
    await fleet.record(userId, 'like', ['item-0', 'item-1']);
    await fleet.record(userId, 'hide', ['item-2']);
    await fleet.record(userId, 'view', ['item-3']);
    await fleet.record(userId, 'impression', ['item-4']);
    const followee = userId === USER ? 'somebody-else' : USER;
    await fleet.relate({ $case: 'follow', value: { followerId: userId, followeeId: followee, ...NOW } }, userId);
    await fleet.relate(
      { $case: 'block', value: { userId, target: { $case: 'topic', value: 'drama' }, ...NOW } },
      userId,
    );
    await fleet.consent(userId, { training: false });
    await fleet.recommend(userId);
  }

  async function erase(erasureId = 'e1', userId = USER): Promise<void> {
    const request = TOPIC_CODECS.erasures.fromPartial({ erasureId, userId, requestedAt: new Date() });
    await fleet.eventLog.append(TOPICS.erasures.name, [
      { key: userId, value: TOPIC_CODECS.erasures.encode(request).finish() },
    ]);
    await fleet.serving.caughtUp();
  }

  async function receipts() {
    const found = [];
    for await (const { key, value } of fleet.eventLog.read(TOPICS.erasureReceipts.name, { from: 'start' })) {
      found.push({ key, done: TOPIC_CODECS.erasureReceipts.decode(value) });
    }
    return found;
  }

  /** Every key of serving in Redis with all that it holds, as one text. */
  async function everythingInRedis(): Promise<string> {
    const prefix = `${fleet.infra.namespace}:serving:`;
    const redis = openRedis({ url: fleet.infra.redisUrl, keyPrefix: prefix, connectionName: 'test' });
    const keys = (await redis.keys(`${prefix}*`)).map((key) => key.slice(prefix.length));
    const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
    await closeRedis(redis);
    return [...keys, ...dumps.map((dump) => dump?.toString('latin1'))].join('\n');
  }

  it('leaves nothing of the user in Redis, everything of others, and ends with a signed receipt', async () => {
    await live(USER);
    await live('somebody-else');
    expect(await everythingInRedis()).toContain(USER);
    await erase();
    const left = await everythingInRedis();
    expect(left).not.toContain(USER);
    expect(left).toContain('{user:somebody-else}:marks');
    const [{ key, done }] = (await receipts()) as [Awaited<ReturnType<typeof receipts>>[number]];
    expect(key).toBe('e1');
    expect(done).toMatchObject({ erasureId: 'e1', service: 'serving', doneAt: expect.any(Date) });
    expect(verifyReceipt(done.receipt, publicKey)).toMatchObject({
      erasureId: 'e1',
      service: 'serving',
      userKey: userKeyOf(USER),
      erasedCounts: {
        ...{ seen_items: 3, impressions: 1, hidden_items: 1, hidings: 1, recents: 1, consents: 1 },
        ...{ blocks: 1, follows: 1, waiting_decisions: 0 },
      },
      doneAt: done.doneAt,
    });
    expect(Buffer.from(done.receipt).toString()).not.toContain(USER);
  });

  it('forgets what this process remembers: the user is a stranger afterwards', async () => {
    await fleet.record(USER, 'hide', ['item-24']);
    // The first slate asks whether the user agreed; what the second reads is remembered.
    await fleet.recommend(USER);
    expect(idsOf(await fleet.recommend(USER, { count: 1 }))).toEqual(['item-23']);
    await erase();
    expect(idsOf(await fleet.recommend(USER, { count: 1 }))).toEqual(['item-24']);
  });

  it('uses nothing that a model from before learned of the user', async () => {
    await erase('e1', 'ann');
    const answer = await fleet.recommend('ann', { count: 1 });
    expect(idsOf(answer)).toEqual(['item-24']);
    expect(answer).toMatchObject({ personalization: events.Personalization.UNKNOWN_USER, degraded: [] });
  });

  it('takes nothing in that happened before, and what happens afterwards', async () => {
    const before = new Date(Date.now() - 60_000);
    await erase();
    await fleet.record(USER, 'hide', ['item-24'], 'late', before);
    await fleet.change({ userId: USER, consent: { personalization: false } }, before);
    await fleet.serving.caughtUp();
    expect(await everythingInRedis()).not.toContain(USER);
    expect(idsOf(await fleet.recommend(USER, { count: 1 }))).toEqual(['item-24']);
    await fleet.record(USER, 'hide', ['item-24']);
    expect(idsOf(await fleet.recommend(USER, { count: 1 }))).toEqual(['item-23']);
  });

  it('gives the same receipt when the request is delivered again, and erases what has come since', async () => {
    await live(USER);
    await erase();
    await fleet.record(USER, 'like', ['item-5']);
    await erase();
    const [first, second] = await receipts();
    expect(Buffer.from(second!.done.receipt)).toEqual(Buffer.from(first!.done.receipt));
    expect(await everythingInRedis()).not.toContain(USER);
  });

  it('waits for what was recorded before it, so that nothing comes back', async () => {
    const now = new Date();
    const records = Array.from({ length: 3_000 }, (_, i) => {
      const interaction = { eventId: `late-${i}`, userId: USER, itemId: `item-${i}`, type: 'view', occurredAt: now };
      const event = TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: now });
      return { key: USER, value: TOPIC_CODECS.interactions.encode(event).finish() };
    });
    await fleet.eventLog.append(TOPICS.interactions.name, records);
    await erase();
    expect(await everythingInRedis()).not.toContain(USER);
    expect((await receipts())[0]!.done.erasedCounts).toMatchObject({ seen_items: 3_000 });
  });

  it('dead-letters a request that nobody can read and goes on', async () => {
    await fleet.eventLog.append(TOPICS.erasures.name, [{ key: 'x', value: Uint8Array.of(0xff, 0xff, 0xff) }]);
    await erase();
    expect(await receipts()).toHaveLength(1);
  });
});
