import { bandit, common, STRATEGY_CONTEXT, serving } from '@attune/contracts';
import type { AppError } from '@attune/errors';
import { openCuttableProxy, until } from '@attune/testkit';
import { Fleet, idsOf } from './fixtures/a-serving';

const POLL = { ATTUNE_SERVING_SURFACE_POLL_MS: '20' };

const update = (
  fleet: Fleet,
  { values = {}, ...request }: Partial<serving.UpdateSurfaceRequest> & { readonly values?: Record<string, unknown> },
) =>
  fleet.client.updateSurface(
    serving.UpdateSurfaceRequest.fromPartial({ name: 'home', settings: { values }, ...request }),
  );
const refusal = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: AppError) => error,
  );
const settingsOf = ({ surface }: { readonly surface?: serving.Surface | undefined }) => surface!.settings!.values!;
const versionsOf = async (fleet: Fleet, name: string, page: Partial<serving.ListSurfaceVersionsRequest> = {}) =>
  fleet.client.listSurfaceVersions(serving.ListSurfaceVersionsRequest.fromPartial({ name, ...page }));

describe('surfaces', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.open();
    await fleet.start(POLL);
    await fleet.record('zoe', 'like', ['a', 'b', 'c']);
  });
  afterAll(() => fleet[Symbol.asyncDispose]());

  it('are those that are built in before anybody changes one, complete', async () => {
    const { surfaces } = await fleet.client.listSurfaces({});
    expect(surfaces.map(({ name, version }) => [name, version])).toEqual([
      ['explore', 0],
      ['home', 0],
      ['related', 0],
    ]);
    expect(settingsOf({ surface: surfaces[1] })).toMatchObject({ seenHours: { like: 'forever' }, policy: '' });
    expect(await fleet.client.getServingState({})).toMatchObject({ surfaces: { origin: 'store', problem: undefined } });
  });

  it('are checked without being changed', async () => {
    const values = { rankDepth: 50 };
    const checked = await update(fleet, { values, validateOnly: true });
    expect([checked.surface!.version, settingsOf(checked).rankDepth]).toEqual([1, 50]);
    expect((await fleet.client.getSurface({ name: 'home', version: 0 })).surface!.version).toBe(0);
  });

  it('are refused with everything that is wrong', async () => {
    const values = { sources: { magic: 1, fresh: 1_000 }, strategies: { hybrid: 0.5 } };
    const error = await refusal(update(fleet, { values }));
    expect(error.code).toBe('invalid.surface');
    expect(error.violations.map(({ field }) => field).sort()).toEqual([
      'settings.sources.fresh',
      'settings.sources.magic',
      'settings.strategies',
    ]);
    expect(await refusal(update(fleet, { name: 'Not A Name' }))).toMatchObject({ violations: [{ field: 'name' }] });
    const without = serving.UpdateSurfaceRequest.fromPartial({ name: 'home' });
    expect(await refusal(fleet.client.updateSurface(without))).toMatchObject({ violations: [{ field: 'settings' }] });
  });

  it('decide the next slate, which says by which version it was made', async () => {
    const pins = [{ itemId: 'c', position: 0 }];
    const { surface } = await update(fleet, { values: { pins }, reason: 'a campaign' });
    expect(surface).toMatchObject({ version: 1, reason: 'a campaign', actor: 'test' });
    const slate = await fleet.recommend('ann', { count: 2 });
    expect(slate).toMatchObject({ surfaceVersion: 1, items: [{ itemId: 'c', placedBy: 'pin' }, {}] });
    await until('the record is there', async () =>
      (await fleet.decisions()).some(({ record }) => record.surface === 'home' && record.surfaceVersion === 1),
    );
  });

  it('change once per request id', async () => {
    const request = { values: { rankDepth: 60 }, requestId: 'the-same-request' };
    const [first, second] = [await update(fleet, request), await update(fleet, request)];
    expect([first.surface!.version, second.surface!.version]).toEqual([2, 2]);
  });

  it('are not changed by two operators who have seen the same version', async () => {
    const change = (depth: number) => update(fleet, { values: { rankDepth: depth }, basedOnVersion: 2 });
    const outcomes = await Promise.allSettled([change(70), change(80)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await refusal(change(90))).toMatchObject({
      code: 'conflict.surface_changed',
      message: expect.stringMatching(/is at version 3, and the change is based on version 2/),
    });
  });

  it('show every version as it was given, page by page, and each complete', async () => {
    const first = await versionsOf(fleet, 'home', { pageSize: 2 });
    const rest = await versionsOf(fleet, 'home', { pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.surfaces, ...rest.surfaces].map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(rest.nextPageToken).toBe('');
    expect(settingsOf({ surface: rest.surfaces[0] })).toEqual({ pins: [{ itemId: 'c', position: 0 }] });
    const complete = await fleet.client.getSurface({ name: 'home', version: 1 });
    expect(settingsOf(complete)).toMatchObject({ pins: [{ itemId: 'c', position: 0 }], rankDepth: 200 });
  });

  it('say what there is where a name or a version does not exist', async () => {
    expect(await refusal(fleet.client.getSurface({ name: 'nowhere', version: 0 }))).toMatchObject({
      code: 'not_found.surface',
      message: expect.stringMatching(/like those of home; there are explore, home, related/),
    });
    expect(await refusal(fleet.client.getSurface({ name: 'home', version: 9 }))).toMatchObject({
      code: 'not_found.surface_version',
    });
  });

  it('reach the other replicas within a moment', async () => {
    await using other = await fleet.startAnother();
    await update(fleet, { values: { pins: [{ itemId: 'b', position: 0 }] } });
    const { surface } = await fleet.client.getSurface({ name: 'home', version: 0 });
    await until('the other replica pins b', async () => {
      const slate = await other.recommend('ben');
      return slate.surfaceVersion === surface!.version && slate.items[0]!.itemId === 'b';
    });
  });

  it('describe the pipeline as they use it', async () => {
    await update(fleet, {
      name: 'mine',
      values: { sources: { trending: 7, fresh: 3 }, strategies: { rule_based: 1 } },
    });
    const { parts, surface } = await fleet.client.describePipeline({ surface: 'mine' });
    const part = (name: string) => parts.find((one) => one.name === name);
    expect(surface).toMatchObject({ name: 'mine', version: 1 });
    expect(part('sources/trending')).toMatchObject({ used: true, usage: 'asked for 7' });
    expect(part('sources/collaborative')).toMatchObject({ used: false, usage: 'not asked' });
    expect(part('scorers/rules')).toMatchObject({ used: true, usage: expect.stringMatching(/^100 % of rule_based/) });
    expect(part('scorers/engagement')).toMatchObject({ used: false });
    expect(part('selectors/diverse')?.usage).toMatch(/likeness costs up to \d+ %.*places left to chance/);
    const { stages } = await fleet.client.getServingState({});
    expect(parts.map(({ name }) => name)).toEqual(stages);
    for (const { name, description, withoutIt } of parts) {
      expect([name, description.length > 10]).toEqual([name, true]);
      if (/^(hydrators|sources|scorers)/.test(name)) expect([name, withoutIt.length > 10]).toEqual([name, true]);
    }
    expect((await fleet.client.describePipeline({ surface: '' })).surface!.name).toBe('home');
  });

  it('let a policy choose the strategy, and draw by their probabilities where the bandit cannot be asked', async () => {
    await update(fleet, {
      name: 'learning',
      values: { policy: 'home-feed', strategies: { hybrid: 1, rule_based: 0 } },
    });
    const degraded = await fleet.recommend('ann', { surface: 'learning' });
    expect(degraded.degraded).toContainEqual(
      expect.objectContaining({ stage: 'strategy', code: 'unimplemented.method' }),
    );
    await until('a record says who chose', async () =>
      (await fleet.decisions()).some(
        ({ record }) => record.decisionId === degraded.decisionId && record.strategyChosenBy === 'fallback',
      ),
    );
  });
});

describe('a surface with a policy', () => {
  it('is ranked by the strategy that the bandit chooses, with its probability', async () => {
    await using fleet = await Fleet.open();
    const asked: bandit.SelectArmRequest[] = [];
    fleet.bandit = {
      selectArm: async (request) => {
        asked.push(request);
        return bandit.SelectArmResponse.fromPartial({ arm: 'rule_based', propensity: 0.25 });
      },
    };
    await fleet.start(POLL);
    fleet.users = async (userIds) => userIds.map((userId) => common.User.fromPartial({ userId }));
    await fleet.record('zoe', 'like', ['a', 'b', 'c']);
    await update(fleet, { values: { policy: 'home-feed', strategies: { hybrid: 1, rule_based: 0 } } });
    const slate = await fleet.recommend('ann');
    expect(slate).toMatchObject({ strategy: 'rule_based' });
    expect(asked).toMatchObject([
      { eligibleArms: expect.arrayContaining(['hybrid', 'rule_based', 'content_based']), decisionId: slate.decisionId },
    ]);
    expect(asked[0]!.context).toHaveLength(STRATEGY_CONTEXT.length);
    const { record } = await until('the record is there', async () =>
      (await fleet.decisions()).find(({ record: { decisionId } }) => decisionId === slate.decisionId),
    );
    expect(record).toMatchObject({ strategyPropensity: 0.25, strategyChosenBy: 'policy:home-feed' });
    expect(record.policyContext.map(({ name }) => name)).toEqual(STRATEGY_CONTEXT.map(({ name }) => name));
    expect(record.policyContext.map(({ score }) => score)).toEqual(asked[0]!.context);
  });
});

describe('a surface whose exploration has a policy', () => {
  it('draws its places left to chance from the source that the bandit chooses, with the probability over all arms', async () => {
    await using fleet = await Fleet.open();
    const asked: bandit.SelectArmRequest[] = [];
    fleet.bandit = {
      selectArm: async (request) => {
        asked.push(request);
        const probabilities = [
          { name: 'runners_up', score: 0.5 },
          { name: 'recent_popularity', score: 0.5 },
        ];
        return bandit.SelectArmResponse.fromPartial({ arm: 'recent_popularity', propensity: 0.5, probabilities });
      },
    };
    await fleet.start(POLL);
    fleet.users = async (userIds) => userIds.map((userId) => common.User.fromPartial({ userId }));
    await fleet.record('zoe', 'like', ['a', 'b', 'c', 'd', 'e', 'f']);
    const exploration = { share: 0.5, pool: 2, policy: 'explorer' };
    await update(fleet, { values: { exploration, sources: { recent_popularity: 10 } } });
    const { answer, record } = await fleet.explained('ann', { count: 4 });
    expect(asked).toMatchObject([{ policy: 'explorer', decisionId: answer.decisionId }]);
    expect(asked[0]!.eligibleArms).toEqual(['runners_up', 'recent_popularity']);
    const drawn = record.slate.filter(({ placedBy }) => placedBy === 'exploration');
    // both arms draw from the same two candidates
    expect(drawn.map(({ propensity }) => propensity)).toEqual([0.5, 0.5]);
    expect(record.explorationChoice).toEqual({ policy: 'explorer', arm: 'recent_popularity', propensity: 0.5 });
    expect(record.policyContext.map(({ score }) => score)).toEqual(asked[0]!.context);
  });
});

describe('surfaces while PostgreSQL is away', () => {
  it('are the last ones that anybody saw, from the start on, and change again when it is back', async () => {
    await using fleet = await Fleet.open();
    await using road = await openCuttableProxy({ targetUrl: fleet.infra.databaseUrl });
    const env = { ...POLL, DATABASE_URL: road.url };
    await fleet.start(env);
    await fleet.record('zoe', 'like', ['a', 'b', 'c']);
    await update(fleet, { values: { pins: [{ itemId: 'c', position: 0 }] } });
    road.cut();
    expect(idsOf(await fleet.recommend('ann', { count: 1 }))).toEqual(['c']);
    await fleet.stop();
    await fleet.start(env);
    const slate = await fleet.recommend('ann', { count: 1 });
    expect(slate).toMatchObject({ surfaceVersion: 1, items: [{ itemId: 'c' }] });
    const { surfaces } = await fleet.client.getServingState({});
    expect(surfaces).toMatchObject({ origin: 'copy', problem: { code: 'unavailable.postgres' } });
    expect(await refusal(update(fleet, { values: {} }))).toMatchObject({ code: expect.stringMatching(/^unavailable/) });
    road.mend();
    await until('PostgreSQL is used again', async () => {
      const state = await fleet.client.getServingState({});
      return state.surfaces!.origin === 'store' && state.surfaces!.problem === undefined;
    });
    expect((await update(fleet, { values: {} })).surface!.version).toBe(2);
  });

  it('are shown from memory while it is frozen, and slates do not wait for it', async () => {
    await using fleet = await Fleet.open();
    await using road = await openCuttableProxy({ targetUrl: fleet.infra.databaseUrl });
    await fleet.start({ ...POLL, DATABASE_URL: road.url });
    await update(fleet, { values: { rankDepth: 7 } });
    road.freeze();
    const startedAt = performance.now();
    const { surface } = await fleet.client.getSurface({ name: 'home', version: 0 });
    expect([surface!.version, settingsOf({ surface }).rankDepth]).toEqual([1, 7]);
    expect((await fleet.recommend('ann')).surfaceVersion).toBe(1);
    // one look of a second, on a machine that may be busy
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    road.mend();
  });

  it('are as built in where nobody ever saw any', async () => {
    await using fleet = await Fleet.open();
    await using road = await openCuttableProxy({ targetUrl: fleet.infra.databaseUrl });
    road.cut();
    await fleet.start({ ...POLL, DATABASE_URL: road.url });
    expect((await fleet.recommend('ann')).surfaceVersion).toBe(0);
    expect((await fleet.client.getServingState({})).surfaces).toMatchObject({ origin: 'built_in' });
  });
});
