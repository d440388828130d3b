import { featureStore } from '@attune/contracts';
import { anInteraction, useInfra } from '@attune/testkit';
import { type Started, startForTest } from './fleet';

const infra = useInfra();
const { ACCEPTED, DUPLICATE, REJECTED } = featureStore.InteractionStatus;
let store: Started;

beforeAll(async () => {
  store = await startForTest(infra);
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
});

const record = (interactions: ReturnType<typeof anInteraction>[]) =>
  store.client.recordInteractions({ interactions, producer: 'test' });
const historyCount = async () => {
  await store.service.caughtUp();
  return (await store.client.getStoreStats({})).interactionCount;
};

describe('RecordInteractions', () => {
  it('accepts good events, rejects bad ones with the path of the field, and keeps the order of the request', async () => {
    const good = anInteraction();
    const bad = anInteraction({ itemId: '', value: Number.NaN });
    const answer = await record([good, bad]);
    expect(answer.outcomes.map(({ status }) => status)).toEqual([ACCEPTED, REJECTED]);
    expect(answer.outcomes[1]!.problems.map(({ field }) => field)).toEqual([
      'interactions[1].item_id',
      'interactions[1].value',
    ]);
  });

  it('counts an event that is sent twice once, and says so', async () => {
    const before = await historyCount();
    const event = anInteraction();
    await record([event]);
    const again = await record([event, anInteraction(), event]);
    expect(again.outcomes.map(({ status }) => status)).toEqual([DUPLICATE, ACCEPTED, DUPLICATE]);
    expect(await historyCount()).toBe(before + 2);
  });

  it('makes an id for an event that has none', async () => {
    const { outcomes } = await record([anInteraction({ eventId: '' })]);
    expect(outcomes[0]!.eventId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['no event', 0],
    ['5,001 events', 5_001],
  ])('refuses %s as a whole and records nothing', async (_, count) => {
    const before = await historyCount();
    const call = record(Array.from({ length: count }, () => anInteraction()));
    await expect(call).rejects.toMatchObject({ code: 'invalid.request', violations: [{ field: 'interactions' }] });
    expect(await historyCount()).toBe(before);
  });

  it('takes 5,000 events at once', async () => {
    const before = await historyCount();
    const answer = await record(Array.from({ length: 5_000 }, (_, n) => anInteraction({ userId: `many-${n % 50}` })));
    expect(answer.acceptedCount).toBe(5_000);
    expect(await historyCount()).toBe(before + 5_000);
  });

  it('sums up a stream of batches and names what was rejected', async () => {
    const event = anInteraction();
    async function* batches() {
      yield { interactions: [event, anInteraction()], producer: 'test' };
      yield { interactions: [event, anInteraction({ type: 'teleport' })], producer: 'test' };
    }
    const answer = await store.client.streamInteractions(batches());
    expect(answer).toMatchObject({ acceptedCount: 2, duplicateCount: 1, rejectedCount: 1 });
    expect(answer.rejected[0]!.problems[0]!.code).toBe('invalid.type');
  });
});
