import { events } from '@attune/contracts';
import { artifactKey } from '@attune/onnx';
import { items, withPlainIds, writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';
import { openCuttableRedis } from './fixtures/cuttable-redis';

const { Personalization } = events;
const stagesOf = (answer: { degraded: { stage: string }[] }) => answer.degraded.map(({ stage }) => stage);

describe('serving when something is wrong', () => {
  let fleet: Fleet;

  beforeEach(async () => {
    fleet = await Fleet.open();
  });
  afterEach(() => fleet[Symbol.asyncDispose]());

  async function startWithModels(env: NodeJS.ProcessEnv = {}): Promise<void> {
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start(env);
  }

  it('says that nothing is known while nothing was recorded', async () => {
    await fleet.start();
    const answer = await fleet.recommend('ann');
    expect(answer).toMatchObject({
      items: [],
      strategy: 'hybrid',
      personalization: Personalization.UNKNOWN_USER,
    });
    expect(stagesOf(answer)).toEqual(['sources/collaborative', 'sources/trending', 'sources/recent_popularity']);
    expect(answer.degraded[2]).toMatchObject({
      code: 'failed_precondition.empty',
      message: expect.stringMatching(/nothing has been recorded/),
    });
  });

  it('goes by what people did lately while there is no model, and says so', async () => {
    await fleet.start();
    await fleet.record('ann', 'like', ['a', 'b']);
    await fleet.record('ben', 'share', ['b']);
    const answer = await fleet.recommend('cleo');
    expect(idsOf(answer)).toEqual(['b', 'a']);
    expect(stagesOf(answer)).toEqual(['sources/collaborative', 'sources/trending']);
  });

  it('counts an event once although it is delivered twice', async () => {
    await fleet.start();
    await fleet.record('ann', 'like', ['once'], 'the-same-event');
    await fleet.record('ann', 'like', ['once'], 'the-same-event');
    const { record } = await fleet.explained('ben');
    expect(record.slate[0]).toMatchObject({
      itemId: 'once',
      sourceScores: expect.arrayContaining([expect.objectContaining({ source: 'recent_popularity', score: 1 })]),
    });
  });

  it('refuses a corrupt artifact, says why, and serves the model that it has', async () => {
    await startWithModels();
    const corrupt = await writeAls(fleet.store, { version: '2', seed: 2 });
    const file = artifactKey(corrupt.digest, 'retrieval.onnx');
    const bytes = Uint8Array.from(await fleet.store.get(file));
    bytes[bytes.length - 9]! ^= 0xff;
    await fleet.store.put(file, bytes);
    await fleet.promote(corrupt, 2);
    const state = await fleet.client.getServingState({});
    expect(state.refused).toMatchObject([
      {
        ref: corrupt,
        problem: { code: 'data_loss.artifact', message: expect.stringMatching(/retrieval\.onnx.*SHA-256/) },
      },
    ]);
    expect(state.models.map(({ ref }) => ref!.version)).toEqual(['1', '1']);
    expect(idsOf(await fleet.recommend('ann', { count: 2 }))).toEqual(items(0, 2));
  });

  it('refuses an artifact that knows users by their plain ids, and says what to do', async () => {
    await startWithModels();
    const old = await withPlainIds(fleet.store, await writeAls(fleet.store, { version: '2', seed: 2 }));
    await fleet.promote(old, 2);
    const state = await fleet.client.getServingState({});
    expect(state.refused).toMatchObject([
      { ref: old, problem: { code: 'failed_precondition.user_identity', message: expect.stringMatching(/train/) } },
    ]);
    expect(await fleet.recommend('ann')).toMatchObject({ personalization: Personalization.PERSONAL });
  });

  it('swaps a promoted version in without failing or degrading a request', async () => {
    await startWithModels();
    const next = await writeAls(fleet.store, { version: '2', seed: 2 });
    let isPromoted = false;
    const answers: Awaited<ReturnType<Fleet['recommend']>>[] = [];
    const asking = (async () => {
      while (!isPromoted) answers.push(await fleet.recommend('ann', { count: 3 }));
      answers.push(await fleet.recommend('ann', { count: 3 }));
    })();
    await fleet.promote(next, 2);
    isPromoted = true;
    await asking;
    expect(answers.every((answer) => idsOf(answer).join() === items(0, 3).join())).toBe(true);
    expect(answers.flatMap(stagesOf)).toEqual([]);
    const versions = answers.map(({ models }) => models.find(({ name }) => name === 'als')!.version);
    expect([...versions].sort()).toEqual(versions);
    expect(versions.at(-1)).toBe('2');
  });

  it('ignores a promotion that is older than the one it knows', async () => {
    await startWithModels();
    const [second, third] = [
      await writeAls(fleet.store, { version: '2', seed: 2 }),
      await writeAls(fleet.store, { version: '3', seed: 3 }),
    ];
    await fleet.promote(third, 3);
    await fleet.promote(second, 2);
    const { models } = await fleet.client.getServingState({});
    expect(models.map(({ ref }) => ref)).toContainEqual(third);
  });

  it('replaces a worker that died, and answers meanwhile', async () => {
    await startWithModels();
    const model = fleet.serving.models.live('als')!;
    const [before] = model.workers;
    before!.close();
    const meanwhile = await fleet.recommend('ann', { count: 2 });
    expect(meanwhile).toMatchObject({ personalization: Personalization.DEGRADED });
    expect(stagesOf(meanwhile)).toEqual(['sources/collaborative']);
    // what is popular, in the order of the user's taste: scores of single items need no worker
    expect(idsOf(meanwhile)).toEqual(['item-0', 'item-1']);
    await model.replaced();
    expect(model.workers[0]!.threadId).not.toBe(before!.threadId);
    expect(await fleet.recommend('ann')).toMatchObject({ personalization: Personalization.PERSONAL, degraded: [] });
  });

  it('needs no thread for what is trending', async () => {
    await startWithModels();
    expect(fleet.serving.models.live('popularity')!.workers).toEqual([]);
    const answer = await fleet.recommend('nobody', { count: 2 });
    expect(answer).toMatchObject({ degraded: [], items: [{ itemId: 'item-24' }, { itemId: 'item-23' }] });
  });

  it('answers while Redis is down, says so, and still knows what it knew of the user', async () => {
    const { redisUrl, namespace } = fleet.infra;
    const cuttable = await openCuttableRedis(redisUrl, namespace);
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start({ ATTUNE_SERVING_SEEN_FRESH_MS: '0' }, { redis: cuttable.redis });
    await fleet.record('ann', 'like', ['item-0']);
    await fleet.recommend('ann');
    await cuttable.cut();
    const known = await fleet.recommend('ann', { count: 1 });
    const unknown = await fleet.recommend('ben', { count: 1 });
    await cuttable.mend();
    const after = await fleet.recommend('ann', { count: 1 });
    await fleet.stop();
    await cuttable.close();
    expect(idsOf(known)).toEqual(['item-1']);
    expect(known.degraded).toMatchObject([{ stage: 'hydrators/kept_user', code: 'unavailable.redis' }]);
    expect(unknown.degraded[0]!.message).toMatch(/may hold items that the user has seen/);
    expect(after).toMatchObject({ degraded: [], items: [{ itemId: 'item-1' }] });
  });

  it('rebuilds from the log what Redis has lost', async () => {
    await startWithModels();
    await fleet.record('ann', 'like', ['item-0', 'item-1']);
    const { redisUrl, namespace } = fleet.infra;
    const cuttable = await openCuttableRedis(redisUrl, namespace);
    await fleet.stop();
    await cuttable.redis.del('projection', 'seen:ann');
    await cuttable.close();
    await fleet.start();
    expect(idsOf(await fleet.recommend('ann', { count: 1 }))).toEqual(['item-2']);
  });

  it('serves the last known versions when training is away at its start', async () => {
    await startWithModels();
    await fleet.stop();
    fleet.inProduction = async () => {
      throw new Error('training is away');
    };
    await fleet.start();
    expect((await fleet.client.getServingState({})).models).toHaveLength(2);
  });

  it('dead-letters a record that nobody can read and goes on', async () => {
    await startWithModels();
    await fleet.eventLog.append('interactions.v1', [{ key: 'ann', value: Uint8Array.of(0xff, 0xff, 0xff) }]);
    await fleet.record('ann', 'like', ['item-0']);
    expect(idsOf(await fleet.recommend('ann', { count: 1 }))).toEqual(['item-1']);
    expect(await fleet.client.getServingState({})).toMatchObject({ pendingCount: 0 });
  });
});

describe('SimilarItems', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.open();
    await fleet.start();
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const similar = (itemId: string, excludeItemIds: string[] = []) =>
    fleet.client.similarItems({ itemId, count: 2, excludeItemIds });

  it('says what to do while there is no model', async () => {
    await expect(similar('item-3')).rejects.toMatchObject({
      code: expect.stringMatching(/^failed_precondition/),
      message: expect.stringMatching(/train one/),
    });
  });

  it('finds neighbours without the item itself and without what is excluded', async () => {
    await fleet.promote(await writeAls(fleet.store), 1);
    const answer = await similar('item-0', ['item-1']);
    expect(answer.items.map(({ itemId }) => itemId)).toEqual(['item-2', 'item-3']);
    expect(answer.model).toMatchObject({ name: 'als' });
  });

  it('says that an item is not known', async () => {
    await expect(similar('item-99')).rejects.toMatchObject({ code: expect.stringMatching(/^not_found/) });
  });
});
