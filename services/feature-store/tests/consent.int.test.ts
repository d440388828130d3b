import type { common } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { aUser, useInfra } from '@attune/testkit';
import { type Started, startForTest } from './fleet';

const infra = useInfra();
let store: Started;
let eventLog: EventLog;
/** What a reader of consent that is not the feature-store does with a batch; replaced by each test. */
let handle: () => Promise<void>;

beforeAll(async () => {
  store = await startForTest(infra);
  const { redisUrl, namespace } = infra;
  const kafkaBrokers = infra.kafkaBrokers?.split(',');
  eventLog = await openEventLog({ redisUrl, kafkaBrokers, topicPrefix: namespace, clientId: 'test' });
});

afterAll(async () => {
  await eventLog[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const upsert = (userId: string, consent: common.Consent | undefined) =>
  store.client.upsertUsers({ users: [aUser({ userId, consent })], requestId: '' }, { deadlineMs: 20_000 });
const block = (userId: string, removed = false) => {
  const target = { $case: 'authorId', value: 'loud' } as const;
  return store.client.setBlocks(
    { blocks: [{ userId, target, since: undefined, removed }], requestId: '' },
    { deadlineMs: 20_000 },
  );
};
const refusal: common.Consent = { personalization: false };

describe('a refusal of consent', () => {
  it('is known to whoever reads the user next, and waits for no service that does not run', async () => {
    await upsert('c1', refusal);
    const { users } = await store.client.getUsers({ userIds: ['c1'] });
    expect(users[0]!.consent).toMatchObject({ personalization: false });
  });

  describe('beside serving', () => {
    beforeAll(async () => {
      handle = async () => undefined;
      const subscription = await eventLog.subscribe({ topic: 'entities.v1', group: 'serving', handle: () => handle() });
      await subscription.caughtUp();
    });

    it.each([
      ['refusal', () => upsert('c2', { training: false })],
      ['block', () => block('c2')],
    ])('is answered when serving has handled it, and not before: a %s', async (_, say) => {
      let isAnswered = false;
      const inHand = Promise.withResolvers<void>();
      const mayGoOn = Promise.withResolvers<void>();
      handle = () => {
        inHand.resolve();
        return mayGoOn.promise;
      };
      const answer = say().then(() => (isAnswered = true));
      await inHand.promise;
      expect((await store.client.getUsers({ userIds: ['c0'] })).users).toEqual([]);
      expect(isAnswered).toBe(false);
      mayGoOn.resolve();
      await answer;
    });

    it('says after two seconds that it will apply, when serving does not get on', async () => {
      const mayGoOn = Promise.withResolvers<void>();
      handle = () => mayGoOn.promise;
      const startedAt = performance.now();
      const failure = await upsert('c3', refusal).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'unavailable.consent',
        message: expect.stringMatching(/send the call again/),
      });
      expect(performance.now() - startedAt).toBeGreaterThan(1_900);
      expect(await upsert('c4', { personalization: true })).toMatchObject({ changedCount: 1 });
      expect(await block('c4', true)).toMatchObject({ changedCount: 1 });
      mayGoOn.resolve();
      await upsert('c3', refusal);
      const { users } = await store.client.getUsers({ userIds: ['c3'] });
      expect(users[0]!.consent).toMatchObject({ personalization: false });
    });
  });
});
