import { AppError } from '@attune/errors';
import type { ExperimentDefinition } from '@attune/experiments';
import { NOW } from '../../tests/fixtures/a-request';
import { anExperiment, type Parameters } from '../../tests/fixtures/an-experiment';
import { EXPLORE, HOME } from '../domain/built-in-surfaces';
import { makePlanSlate } from './plan-slate';

const query = { userId: 'ann', surface: 'home', context: { device: 'mobile' } };

function planning(running: readonly ExperimentDefinition[], problem?: AppError) {
  const planner = makePlanSlate({
    experiments: { running: () => running, problem: () => problem },
    surfaces: {
      named: (name) => ({ ...(name === 'explore' ? EXPLORE : HOME), name }),
      has: (name) => ['home', 'explore'].includes(name),
    },
    models: { hasVersion: (kind, version) => kind === 'als' && version === '3' },
    vocabulary: { interactionTypes: ['like'] },
  });
  return { planner, plan: (userId = 'ann') => planner.tried({ ...query, userId }, NOW.getTime()) };
}

describe('the plan of a slate', () => {
  it('is that of the surface where no experiment runs', () => {
    expect(planning([]).plan()).toEqual({
      surface: { ...HOME, name: 'home' },
      versions: { canaries: true, pinned: {} },
      ...{ chosen: undefined, draft: undefined, variants: [], parameters: {}, problems: [] },
    });
  });

  it('ranks by the strategy that the variant asks for, with certainty given the variant', () => {
    const plan = planning([anExperiment({ strategy: 'content_based' })]).plan();
    expect(plan.chosen).toEqual({ strategy: 'content_based', propensity: 1, chosenBy: 'experiment:exp-1' });
    expect(plan.variants).toEqual([{ experimentId: 'exp-1', variant: 'on' }]);
  });

  it('lets a policy choose that the variant names, and changes settings of the surface', () => {
    const parameters = { policy: 'other', 'surface.exploration': '{"share":0.5}' };
    const { surface, chosen } = planning([anExperiment(parameters)]).plan();
    expect(surface).toMatchObject({ policy: 'other', exploration: { share: 0.5, pool: HOME.exploration.pool } });
    expect(chosen).toBeUndefined();
  });

  it('changes the settings of the surface that another variant names, in whatever order they started', () => {
    const setting = anExperiment({ 'surface.rankDepth': '7' }, { experimentId: 'a', startedAtMs: 1 });
    const naming = anExperiment({ surface: 'explore' }, { experimentId: 'b', startedAtMs: 2 });
    const { surface, variants } = planning([setting, naming]).plan();
    expect(surface).toEqual({ ...EXPLORE, name: 'home', rankDepth: 7 });
    expect(variants.map(({ experimentId }) => experimentId).sort()).toEqual(['a', 'b']);
  });

  it('pins the version of a model that is loaded, and passes on what is not for serving', () => {
    const { versions, parameters, problems } = planning([anExperiment({ 'model.als': '3', color: 'green' })]).plan();
    expect([versions.pinned, parameters, problems]).toEqual([{ als: '3' }, { color: 'green' }, []]);
  });

  it.each([
    [{ 'model.als': '4' }, /version 4 of "als" is not loaded, so the one in production serves/],
    [{ 'model.magic': '3' }, /version 3 of "magic" is not loaded/],
    [{ surface: 'nowhere' }, /there is no surface "nowhere"/],
    [{ strategy: 'magic' }, /strategy "magic" is none/],
  ])('is that of the surface where %j cannot be done, says why, and keeps the variant', (parameters, why) => {
    const plan = planning([anExperiment(parameters)]).plan();
    expect(plan).toMatchObject({ surface: HOME, chosen: undefined, versions: { pinned: {} } });
    expect(plan.problems).toEqual([
      { stage: 'experiments/exp-1', code: 'failed_precondition.variant', message: expect.stringMatching(why) },
    ]);
    expect(plan.variants).toHaveLength(1);
  });

  const interleaving = (one: Parameters, other: Parameters, experimentId = 'exp-1') => {
    const variants = [one, other].map((parameters, index) => ({ name: `v${index}`, weight: 0.5, parameters }));
    return anExperiment({}, { kind: 'interleaving', variants, experimentId });
  };

  it('drafts from the two rankings of an experiment that interleaves, on the surface as other variants have it', () => {
    const teams = interleaving({ strategy: 'hybrid' }, { strategy: 'content_based', 'surface.rules': '{"trust":1}' });
    const other = anExperiment({ 'surface.rankDepth': '7' }, { experimentId: 'exp-2' });
    const plan = planning([teams, other]).plan();
    expect(plan.draft).toMatchObject({
      experimentId: 'exp-1',
      teams: [
        { variant: 'v0', strategy: 'hybrid', surface: { rankDepth: 7, rules: HOME.rules } },
        { variant: 'v1', strategy: 'content_based', surface: { rankDepth: 7, rules: { trust: 1 } } },
      ],
    });
    expect(plan).toMatchObject({ chosen: { strategy: 'hybrid', chosenBy: 'experiment:exp-1' }, problems: [] });
    expect(plan.variants).toHaveLength(2);
  });

  it.each([
    [{ surface: 'explore' }, /"surface" is of the whole slate/],
    [{ 'surface.sources': '{"fresh":1}' }, /"sources" is of the whole slate/],
    [{ 'model.als': '3' }, /"model.als" is of the whole slate/],
    [{ strategy: 'magic' }, /strategy "magic" is none/],
  ])('drafts nothing, and counts for nothing, where a variant asks for %j', (parameters, why) => {
    const plan = planning([interleaving({ strategy: 'hybrid' }, parameters)]).plan();
    expect(plan).toMatchObject({ draft: undefined, chosen: undefined, variants: [] });
    expect(plan.problems).toMatchObject([{ stage: 'experiments/exp-1', message: expect.stringMatching(why) }]);
  });

  it('drafts for one experiment at a time', () => {
    const [one, other] = [
      interleaving({}, { strategy: 'hybrid' }),
      interleaving({}, { 'surface.rules': '{"trust":1}' }, 'exp-2'),
    ];
    const plan = planning([one, other]).plan();
    expect([plan.draft?.experimentId, plan.variants.length, plan.problems.length]).toEqual(['exp-1', 1, 0]);
  });

  it('targets by the context of the request and the surface', () => {
    const inside = anExperiment({}, { targeting: { surface: 'home', device: 'mobile' } });
    const outside = anExperiment({}, { experimentId: 'exp-2', targeting: { surface: 'explore' } });
    expect(planning([inside, outside]).plan().variants).toEqual([{ experimentId: 'exp-1', variant: 'on' }]);
  });

  it('is the same for a user however often it is made, and splits users by the weights', () => {
    const variants = [0, 1].map((index) => ({ name: `v${index}`, weight: 0.5, parameters: {} }));
    const { plan } = planning([anExperiment({}, { variants })]);
    const of = (user: number) => plan(`user-${user}`).variants[0]!.variant;
    const users = Array.from({ length: 2_000 }, (_, user) => user);
    expect(users.map(of)).toEqual(users.map(of));
    // five standard errors of a share of one half among 2,000
    expect(Math.abs(users.filter((user) => of(user) === 'v0').length / 2_000 - 0.5)).toBeLessThan(0.056);
  });

  it('is made as if there were no experiments while nobody could say which ones run, and says so', () => {
    const problem = new AppError('unavailable.experiments', 'nobody could say');
    const plan = planning([anExperiment({ strategy: 'content_based' })], problem).plan();
    expect(plan).toMatchObject({ chosen: undefined, variants: [] });
    expect(plan.problems).toEqual([
      { stage: 'experiments', code: 'unavailable.experiments', message: 'nobody could say' },
    ]);
  });

  it('is made without experiments where a definition is beyond this build', () => {
    const broken = { ...anExperiment(), ramp: undefined } as unknown as ExperimentDefinition;
    const plan = planning([broken]).plan();
    expect(plan).toMatchObject({ variants: [], problems: [{ stage: 'experiments', code: 'internal.unexpected' }] });
  });

  it('leaves nothing to chance for those on whom nothing may be tried', () => {
    const { surface, versions, variants } = planning([anExperiment()]).planner.keptOut(query);
    expect([surface.exploration.share, versions, variants]).toEqual([0, { canaries: false, pinned: {} }, []]);
  });
});
