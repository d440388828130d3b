import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { keyPrefixFor, openRedis } from '@attune/redis';
import { until } from '@attune/testkit';
import type { ModelRef } from '../src/domain/decision';
import { Fleet, idsOf } from './fixtures/a-serving';
import { tasteOf, userOf, writeTasteModel } from './fixtures/a-taste-model';
import { userKeyOf } from './fixtures/trained-models';

let fleet: Fleet;
let model: ModelRef;
const LEARNED_TO = new Date('2026-06-01T12:00:00Z');

beforeAll(async () => {
  fleet = await Fleet.open();
  model = await writeTasteModel(fleet.store);
  fleet.inProduction = async () => [model];
  await fleet.start({ ATTUNE_SERVING_MODEL_POLL_MS: '50', ATTUNE_SERVING_SEEN_FRESH_MS: '0' });
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** Where the training has a user. An item in that direction is what the user likes best. */
function vectorOf(userId: string): Float32Array {
  using borrowed = fleet.serving.models.borrow('als', userId)!;
  return Float32Array.from(borrowed.vectorOfUser(userId)!);
}
const times = (vector: Float32Array, factor: number) => vector.map((value) => factor * value);

interface Rows {
  readonly users?: Readonly<Record<string, Float32Array>>;
  readonly items?: Readonly<Record<string, Float32Array>>;
}

/** Tells what training learned since, and waits until serving knows. */
async function learn({ users = {}, items = {} }: Rows, ref = model, learnedTo = LEARNED_TO): Promise<void> {
  const rowsOf = (rows: Readonly<Record<string, Float32Array>>, keyOf: (id: string) => string) =>
    Object.entries(rows).map(([id, { buffer }]) => ({ key: keyOf(id), vector: Buffer.from(buffer) }));
  const update = TOPIC_CODECS.factors.fromPartial({
    ...{ eventId: 'update-0', model: ref, learnedTo },
    users: rowsOf(users, userKeyOf),
    items: rowsOf(items, (id) => id),
  });
  const value = TOPIC_CODECS.factors.encode(update).finish();
  await fleet.eventLog.append(TOPICS.factors.name, [{ key: 'als', value }]);
  await fleet.serving.caughtUp();
}

const slateOf = async (userId: string) => idsOf(await fleet.recommend(userId, { count: 12 }));
const laidOver = (itemId: string, userId: string) =>
  until(`${itemId} is recommended`, async () => (await slateOf(userId)).includes(itemId));

describe('what a model learned since its training', () => {
  it('makes an item recommendable that the training did not have, to those whose taste it is, without a swap', async () => {
    const { loadedAt } = (await fleet.client.getServingState({})).models[0]!;
    await learn({ items: { 'brand-new': times(vectorOf(userOf(3)), 2) } });
    await laidOver('brand-new', userOf(3));
    expect(await slateOf(userOf(4))).not.toContain('brand-new');
    const [loaded] = (await fleet.client.getServingState({})).models;
    expect(loaded).toMatchObject({ loadedAt, learnedTo: LEARNED_TO });
  });

  it('reaches every replica', async () => {
    await using another = await fleet.startAnother();
    await until('the other replica has it', async () =>
      idsOf(await another.recommend(userOf(3))).includes('brand-new'),
    );
  });

  it('moves the user whom it concerns, and nobody else', async () => {
    const others = await slateOf(userOf(8));
    expect((await slateOf(userOf(5))).filter((id) => tasteOf(id) === 2).length).toBeGreaterThan(9);
    await learn({ users: { [userOf(5)]: vectorOf(userOf(6)) } });
    expect((await slateOf(userOf(5))).filter((id) => tasteOf(id) === 0).length).toBeGreaterThan(9);
    expect(await slateOf(userOf(8))).toEqual(others);
  });

  it('places somebody whom the training did not have', async () => {
    await learn({ users: { 'new-here': vectorOf(userOf(7)) } });
    expect((await slateOf('new-here')).filter((id) => tasteOf(id) === 1).length).toBeGreaterThan(9);
  });

  it('is not undone by an older update that comes late, and says the same when it comes again', async () => {
    const slate = await slateOf(userOf(5));
    const update = { users: { [userOf(5)]: vectorOf(userOf(7)) } };
    await learn(update, model, new Date(LEARNED_TO.getTime() - 1));
    expect(await slateOf(userOf(5))).toEqual(slate);
    await learn({ users: { [userOf(5)]: vectorOf(userOf(6)) } });
    expect(await slateOf(userOf(5))).toEqual(slate);
  });

  it('is there with the first slate after a restart', async () => {
    await fleet.stop();
    await fleet.start({ ATTUNE_SERVING_MODEL_POLL_MS: '60000', ATTUNE_SERVING_SEEN_FRESH_MS: '0' });
    expect(await slateOf(userOf(3))).toContain('brand-new');
    expect((await slateOf(userOf(5))).filter((id) => tasteOf(id) === 0).length).toBeGreaterThan(9);
  });

  it('is passed over where it is of another version', async () => {
    const slate = await slateOf(userOf(9));
    const other = { ...model, version: '9', digest: '9'.repeat(64) };
    await learn(
      { users: { [userOf(9)]: vectorOf(userOf(7)) }, items: { stray: times(vectorOf(userOf(9)), 2) } },
      other,
    );
    expect(await slateOf(userOf(9))).toEqual(slate);
  });

  it('does not hold up what comes after vectors that do not fit, or are none', async () => {
    await learn({ items: { short: Float32Array.of(1, 2) } });
    const garbage = { key: 'als', value: Buffer.from('garbage') };
    await fleet.eventLog.append(TOPICS.factors.name, [garbage]);
    // the replica that consumes it looks at once, however seldom the others do
    await learn({ items: { 'newer-still': times(vectorOf(userOf(3)), 3) } });
    await laidOver('newer-still', userOf(3));
    expect(await slateOf(userOf(3))).not.toContain('short');
  });

  it('leaves with the user who is erased, and does not come back', async () => {
    const erasure = { erasureId: 'e', userId: 'new-here', requestedAt: new Date(LEARNED_TO.getTime() + 1) };
    const value = TOPIC_CODECS.erasures.encode(TOPIC_CODECS.erasures.fromPartial(erasure)).finish();
    await fleet.eventLog.append(TOPICS.erasures.name, [{ key: 'new-here', value }]);
    await fleet.serving.caughtUp();
    // also from a round that was under way, and says a later time because of others
    for (const laterMs of [0, 60_000]) {
      await learn({ users: { 'new-here': vectorOf(userOf(7)) } }, model, new Date(LEARNED_TO.getTime() + laterMs));
    }
    const { redisUrl: url, namespace } = fleet.infra;
    const redis = openRedis({ url, keyPrefix: keyPrefixFor(namespace, 'serving'), connectionName: 'test' });
    expect(await redis.get(`learned:${userKeyOf('new-here')}`)).toBeNull();
    redis.disconnect();
    const receipts = [];
    for await (const record of fleet.eventLog.read(TOPICS.erasureReceipts.name, { from: 'start' })) {
      receipts.push(TOPIC_CODECS.erasureReceipts.decode(record.value));
    }
    expect(receipts.at(-1)!.erasedCounts).toMatchObject({ learned_vectors: 1 });
  });
});
