import { events } from '@attune/contracts';
import { aUser } from '@attune/testkit';
import { userKey } from '../src/storage/user-keys';
import { items, writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';
import { openCuttableRedis } from './fixtures/cuttable-redis';

const { Personalization } = events;
const MOST_POPULAR = ['item-24', 'item-23'];

describe('consent', () => {
  let fleet: Fleet;
  let asked: string[];

  beforeEach(async () => {
    fleet = await Fleet.open();
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    asked = [];
    fleet.users = async (userIds) => {
      asked.push(...userIds);
      return [];
    };
  });
  afterEach(() => fleet[Symbol.asyncDispose]());

  const slate = () => fleet.recommend('ann', { count: 2 });

  it('is respected by the next slate: not personal, nothing degraded, and the record says why', async () => {
    await fleet.start();
    expect(idsOf(await slate())).toEqual(items(0, 2));
    await fleet.consent('ann', { personalization: false });
    const answer = await slate();
    expect(idsOf(answer)).toEqual(MOST_POPULAR);
    expect(answer).toMatchObject({
      personalization: Personalization.NO_CONSENT,
      strategy: 'popularity_based',
      degraded: [],
      models: [{ name: 'popularity' }],
    });
    await fleet.stop();
    const { record } = (await fleet.decisions()).find(({ record }) => record.decisionId === answer.decisionId)!;
    await fleet.start();
    expect(record).toMatchObject({
      personalization: Personalization.NO_CONSENT,
    });
    const noteOf = Object.fromEntries(record.sources.map(({ source, note }) => [source, note]));
    expect(noteOf).toMatchObject({ trending: '', collaborative: expect.stringMatching(/did not agree/) });
    expect([noteOf.content, noteOf.social]).toEqual([noteOf.collaborative, noteOf.collaborative]);
  });

  it('is respected by every other replica too, once whoever changed it has been answered', async () => {
    await fleet.start({ ATTUNE_SERVING_SEEN_FRESH_MS: '300' });
    await using other = await fleet.startAnother();
    const ask = () => Promise.all([slate(), other.recommend('ann')]);
    // The first slates ask the feature-store; from then on both replicas remember what Redis says.
    await ask();
    expect((await ask()).map(({ personalization }) => personalization)).toEqual([
      Personalization.PERSONAL,
      Personalization.PERSONAL,
    ]);
    await fleet.change({ userId: 'ann', consent: { personalization: false } }, new Date());
    await fleet.eventLog.handled('entities.v1', 'serving');
    expect((await ask()).map(({ personalization }) => personalization)).toEqual([
      Personalization.NO_CONSENT,
      Personalization.NO_CONSENT,
    ]);
  });

  it('still hides what a user hid who refuses personalization', async () => {
    await fleet.start();
    await fleet.consent('ann', { personalization: false });
    await fleet.record('ann', 'hide', ['item-24']);
    expect(idsOf(await slate())).toEqual(['item-23', 'item-22']);
  });

  it('allows what is not refused: a slate is personal also to those who refuse training and experiments', async () => {
    await fleet.start();
    await fleet.consent('ann', { training: false, experiments: false });
    expect(await slate()).toMatchObject({ personalization: Personalization.PERSONAL });
  });

  it('holds as the later change says, in whatever order they come', async () => {
    await fleet.start();
    await fleet.consent('ann', { personalization: true }, new Date(2_000));
    await fleet.consent('ann', { personalization: false }, new Date(1_000));
    expect(await slate()).toMatchObject({ personalization: Personalization.PERSONAL });
    await fleet.consent('ann', { personalization: false }, new Date(3_000));
    expect(await slate()).toMatchObject({ personalization: Personalization.NO_CONSENT });
    await fleet.consent('ann', {}, new Date(4_000));
    expect(await slate()).toMatchObject({ personalization: Personalization.PERSONAL });
  });

  it('is asked of the feature-store once for a user of whom nothing is kept', async () => {
    fleet.users = async (userIds) => {
      asked.push(...userIds);
      return [aUser({ userId: 'ann', consent: { personalization: false } })];
    };
    await fleet.start({ ATTUNE_SERVING_SEEN_FRESH_MS: '0' });
    for (let i = 0; i < 3; i++) {
      expect(await slate()).toMatchObject({ personalization: Personalization.NO_CONSENT, degraded: [] });
    }
    expect(asked).toEqual(['ann']);
  });

  it('is rebuilt from the log when Redis has lost it', async () => {
    await fleet.start();
    await fleet.consent('ann', { personalization: false });
    await fleet.stop();
    const { redisUrl, namespace } = fleet.infra;
    const cuttable = await openCuttableRedis(redisUrl, namespace);
    await cuttable.redis.del('projection', userKey('ann', 'consent'));
    await cuttable.close();
    await fleet.start();
    expect(await slate()).toMatchObject({ personalization: Personalization.NO_CONSENT });
    expect(asked).toEqual([]);
  });

  it('is taken for refused while neither Redis nor the feature-store can say, and the slate says so', async () => {
    const { redisUrl, namespace } = fleet.infra;
    const cuttable = await openCuttableRedis(redisUrl, namespace);
    await fleet.start({ ATTUNE_SERVING_SEEN_FRESH_MS: '0' }, { redis: cuttable.redis });
    expect(await slate()).toMatchObject({ personalization: Personalization.PERSONAL });
    fleet.users = () => Promise.reject(new Error('away'));
    await cuttable.cut();
    const without = await slate();
    await cuttable.mend();
    const after = await slate();
    await fleet.stop();
    await cuttable.close();
    expect(idsOf(without)).toEqual(MOST_POPULAR);
    expect(without).toMatchObject({ personalization: Personalization.DEGRADED });
    expect(without.degraded.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining(['hydrators/kept_user', 'hydrators/consent']),
    );
    expect(after).toMatchObject({ personalization: Personalization.PERSONAL, degraded: [] });
  });

  it('dead-letters a change that nobody can read and goes on', async () => {
    await fleet.start();
    await fleet.eventLog.append('entities.v1', [{ key: 'ann', value: Uint8Array.of(0xff, 0xff, 0xff) }]);
    await fleet.consent('ann', { personalization: false });
    expect(await slate()).toMatchObject({ personalization: Personalization.NO_CONSENT });
  });
});
