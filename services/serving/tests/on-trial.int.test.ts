import { until } from '@attune/testkit';
import { items, writeAls, writePopularity } from './fixtures/a-model';
import { Fleet, idsOf } from './fixtures/a-serving';

const EVERY_SLATE = { ATTUNE_SERVING_SHADOW_SHARE: '1', ATTUNE_SERVING_SHADOW_PATIENCE_MS: '5000' };

describe('versions on trial', () => {
  let fleet: Fleet;
  let sequence = 10;
  const next = () => ++sequence;

  beforeAll(async () => {
    fleet = await Fleet.open();
    const models = [await writeAls(fleet.store), await writePopularity(fleet.store)];
    fleet.inProduction = async () => models;
    await fleet.start(EVERY_SLATE);
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  const stages = async () => {
    const { models } = await fleet.client.getServingState({});
    return models
      .filter(({ kind }) => kind === 'als')
      .map(({ ref, stage, canaryShare }) => `v${ref!.version} ${stage} ${canaryShare}`);
  };
  const versionsFor = async (userId: string) =>
    (await fleet.recommend(userId, { count: 3 })).models
      .filter(({ name }) => name === 'als')
      .map(({ version }) => version);

  it('a shadow is asked the same and never shown; what it says is in the record', async () => {
    const shadow = await writeAls(fleet.store, { version: '2', seed: 2 });
    await fleet.move(shadow, next(), { fromStage: 'candidate', toStage: 'shadow' });
    expect(await stages()).toEqual(['v1 production 0', 'v2 shadow 0']);
    const answer = await fleet.recommend('ann', { count: 3 });
    expect(idsOf(answer)).toEqual(items(0, 3));
    expect(answer.models.map(({ name, version }) => `${name} ${version}`)).toEqual(['als 1', 'popularity 1']);
    const record = await until(
      'the record is in the log',
      async () =>
        (await fleet.decisions()).find(({ record: { decisionId } }) => decisionId === answer.decisionId)?.record,
    );
    expect(record.shadows).toMatchObject([{ model: shadow, code: '', overlap: expect.any(Number) }]);
    expect(record.shadows[0]!.itemIds.length).toBeGreaterThan(0);
    await fleet.move(shadow, next(), { fromStage: 'shadow', toStage: 'candidate' });
    expect(await stages()).toEqual(['v1 production 0']);
  });

  it('a canary serves its share of the users, always the same, and leaves without a failed request', async () => {
    const canary = await writeAls(fleet.store, { version: '3', seed: 3 });
    await fleet.move(canary, next(), { fromStage: 'candidate', toStage: 'canary', canaryShare: 0.5 });
    expect(await stages()).toEqual(['v1 production 0', 'v3 canary 0.5']);
    const users = ['ann', 'ben', 'cleo', 'dora', 'emil', 'fay', 'gus', 'hana'];
    const served = await Promise.all(users.map(versionsFor));
    expect(await Promise.all(users.map(versionsFor))).toEqual(served);
    expect([...new Set(served.flat())].sort()).toEqual(['1', '3']);
    await fleet.move(canary, next(), { fromStage: 'canary', toStage: 'canary', canaryShare: 0.1 });
    expect(await stages()).toEqual(['v1 production 0', 'v3 canary 0.1']);
    await fleet.move(canary, next(), { fromStage: 'canary', toStage: 'candidate' });
    expect(new Set((await Promise.all(users.map(versionsFor))).flat())).toEqual(new Set(['1']));
  });

  it('a canary that is promoted takes the place of what was in production', async () => {
    const canary = await writeAls(fleet.store, { version: '4', seed: 4 });
    await fleet.move(canary, next(), { fromStage: 'candidate', toStage: 'canary', canaryShare: 0.5 });
    await fleet.move(canary, next(), { fromStage: 'canary', toStage: 'production' });
    expect(await stages()).toEqual(['v4 production 0']);
  });
});
