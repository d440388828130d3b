import { AppError } from '@attune/errors';
import type { ExperimentDefinition } from '@attune/experiments';
import { NOW, seenItems } from '../../tests/fixtures/a-request';
import { anExperiment } from '../../tests/fixtures/an-experiment';
import { HOME } from '../domain/built-in-surfaces';
import type { Agreement } from '../domain/consent';
import type { Decision } from '../domain/decision';
import type { ReadFeatures } from '../domain/feature-table';
import type { ScorePart, Surface } from '../domain/surface';
import { excludedFilter } from '../pipeline/filters/excluded-filter';
import { hiddenFilter } from '../pipeline/filters/hidden-filter';
import type {
  Filter,
  Hydrator,
  Pipeline,
  Proposal,
  Scorer,
  ScoringQuery,
  Selector,
  Source,
  UserState,
} from '../pipeline/parts';
import type { RecommendQuery } from '../pipeline/slate-request';
import type { ExplorationChooser, StrategyChooser, StrategyQuestion } from '../ports';
import { makeDecideSlate } from './decide-slate';
import { makePlanSlate } from './plan-slate';
import { makeRecommend } from './recommend';

const never = () => new Promise<never>(() => undefined);
/** Items are numbers that are named by themselves. */
const idOf = (item: number) => `i${item}`;
const find = (itemId: string) => Number(itemId.slice(1));
const ranked = (...items: number[]) => ({ items, scores: items.map((_, at) => 1 - at / 100) });
const all = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

const SURFACE: Surface = {
  ...HOME,
  version: 7,
  sources: { collaborative: 10, trending: 10, recent_popularity: 10 },
  strategies: { collaborative_filtering: 1 },
  engagementShare: 0,
};

function aSource(name: string, answer: (count: number) => Promise<Proposal>, turn: Source['turn'] = 'always'): Source {
  return {
    name: `sources/${name}`,
    description: '',
    turn,
    isPersonal: name === 'collaborative',
    reason: `because of ${name}`,
    withoutIt: `without ${name}`,
    propose: ({ count }) => answer(count),
  };
}

/** Scores items by their numbers, the smaller the better. */
function aScorer(part: ScorePart, score?: (query: ScoringQuery) => ReturnType<Scorer['score']>): Scorer {
  const bySize = async ({ items }: ScoringQuery) => {
    const calibrated = Float32Array.from(items, (item) => 1 / (1 + item));
    return { raw: calibrated, calibrated };
  };
  const features = () => ({ user: [], item: part === 'rules' ? ['item_age_days'] : [] });
  const name = `scorers/${part}`;
  return { name, description: '', part, isPersonal: false, features, score: score ?? bySize, withoutIt: `no ${part}` };
}

const plainSelector: Selector = {
  name: 'selectors/plain',
  description: '',
  select: ({ request: { count }, candidates }) => {
    const placed = candidates.map((candidate) => ({ candidate, propensity: 1, placedBy: 'rank' as const }));
    return { slate: placed.slice(0, count), runnersUp: placed.slice(count) };
  },
};

const alreadySeen: Filter = {
  name: 'filters/already_seen',
  description: '',
  removes:
    ({ surface, nowMs }, { seen }) =>
    (item) =>
      seen.has(item, surface.seenHours, nowMs),
  limit: (_, { seen }) => seen.size,
};

const knows = (state: Partial<UserState>): Hydrator => ({
  name: 'hydrators/test',
  description: '',
  hydrate: async () => state,
  fallback: () => ({ state: {}, message: '' }),
});

/** A feature-store that knows nothing. */
const nothingRead = async (): Promise<ReadFeatures> => ({
  user: [],
  items: {
    names: [],
    rowCount: 0,
    values: new Float64Array(0),
    missing: new Uint8Array(0),
    updatedAtMs: new Float64Array(100),
    readAtMs: 0,
  },
});

interface Changes extends Partial<Pipeline> {
  readonly agreement?: Agreement;
  readonly agreesToExperiments?: Agreement;
  readonly experiments?: readonly ExperimentDefinition[];
  readonly surface?: Surface;
  readonly read?: () => Promise<ReadFeatures>;
  readonly choose?: StrategyChooser['choose'];
  readonly explore?: ExplorationChooser['choose'];
  readonly find?: (itemId: string) => number;
}

function setUp({
  hydrators = [],
  agreement = 'agreed',
  agreesToExperiments = agreement,
  experiments = [],
  surface = SURFACE,
  read = nothingRead,
  choose,
  explore,
  find: findItem = find,
  ...changes
}: Changes) {
  const after: Decision[] = [];
  const effect = { name: 'side_effects/test', description: '', after: (decision: Decision) => after.push(decision) };
  const pipeline: Pipeline = {
    hydrators: [...hydrators, knows({ agreement, experiments: agreesToExperiments })],
    sources: [],
    filters: [alreadySeen],
    scorers: [aScorer('collaborative'), aScorer('popularity'), aScorer('rules')],
    selector: plainSelector,
    sideEffects: [effect],
    ...changes,
  };
  const fallback = () => ({ strategy: 'collaborative_filtering', propensity: 1, chosenBy: 'surface' }) as const;
  const mostProbable = () => ({ strategy: 'hybrid', propensity: 1, chosenBy: 'consent' }) as const;
  const decide = makeDecideSlate({
    pipeline,
    catalog: { idOf, find: findItem, categoryOf: () => -1 },
    plans: makePlanSlate({
      experiments: { running: () => experiments, problem: () => undefined },
      surfaces: { named: (name) => ({ ...surface, name }), has: () => true },
      models: { hasVersion: () => false },
      vocabulary: { interactionTypes: [] },
    }),
    explorers: { choose: explore ?? never },
    strategies: { fallback, mostProbable, choose: choose ?? (async () => fallback()) },
    features: { read },
    boostOf: () => () => 1,
    clock: () => NOW,
    stopwatch: () => performance.now(),
    entropy: () => new Uint8Array(10),
    budgetMs: 60,
  });
  const run = makeRecommend({ decide, pipeline, later: (effects) => effects() });
  const call = { signal: new AbortController().signal, deadline: new Date(NOW.getTime() + 1_000), traceId: 't' };
  const query: RecommendQuery = {
    ...{ userId: 'ann', surface: 'home', count: 10, context: {} },
    ...{ excludedItemIds: [], includeSeen: false, relatedToItemId: '' },
  };
  const recommend = (change: Partial<RecommendQuery> = {}, callChange = {}) =>
    run({ ...query, ...change }, { ...call, ...callChange });
  return { recommend, after, decide, query, call };
}

const slateOf = ({ slate }: Decision) => slate.map(({ itemId }) => itemId);

describe('deciding a slate', () => {
  const known = async (): Promise<Proposal> => ({ ...ranked(3, 1, 2), isExhausted: true, knowsUser: true });
  const sources = [aSource('collaborative', known)];

  it('ranks by the scores of the strategy and says what each part said', async () => {
    const decision = await setUp({ sources }).recommend();
    expect(slateOf(decision)).toEqual(['i1', 'i2', 'i3']);
    expect(decision).toMatchObject({
      strategy: 'collaborative_filtering',
      surfaceVersion: 7,
      personalization: 'personal',
    });
    expect(decision.slate[0]).toMatchObject({
      score: 0.5,
      partScores: [{ part: 'collaborative', raw: 0.5, calibrated: 0.5, weight: 1 }],
      sourceScores: [{ source: 'collaborative', rank: 1 }],
      reason: 'because of collaborative',
    });
  });

  it('goes on without a source that is late, and says so', async () => {
    const trending = aSource('trending', async () => ({ ...ranked(9), isExhausted: true }));
    const decision = await setUp({ sources: [aSource('collaborative', never), trending] }).recommend();
    expect(slateOf(decision)).toEqual(['i9']);
    expect(decision).toMatchObject({
      personalization: 'degraded',
      degraded: [{ stage: 'sources/collaborative', code: 'deadline.source', message: 'without collaborative' }],
    });
  });

  it('goes on without a source that fails, and hides what failed', async () => {
    const failing = aSource('trending', () => Promise.reject(new Error('secret')));
    const decision = await setUp({ sources: [...sources, failing] }).recommend();
    expect(decision.slate).toHaveLength(3);
    expect(decision.degraded).toEqual([
      { stage: 'sources/trending', code: 'internal.unexpected', message: 'without trending' },
    ]);
  });

  it('goes on with the fallback of a hydrator that is late', async () => {
    const hydrator: Hydrator = {
      ...knows({}),
      name: 'hydrators/seen',
      hydrate: never,
      fallback: () => ({ state: { seen: seenItems([1]) }, message: 'from memory' }),
    };
    const decision = await setUp({ hydrators: [hydrator], sources }).recommend();
    expect(slateOf(decision)).toEqual(['i2', 'i3']);
    expect(decision.degraded).toEqual([{ stage: 'hydrators/seen', code: 'deadline.hydrator', message: 'from memory' }]);
  });

  it('asks again for more when the filters leave the slate short', async () => {
    const everything = ranked(...all(1_001));
    const asked: number[] = [];
    const source = aSource('collaborative', async (count) => {
      asked.push(count);
      const items = everything.items.slice(0, count);
      return { items, scores: everything.scores, isExhausted: count >= 1_001, knowsUser: true };
    });
    const hydrators = [knows({ seen: seenItems(all(1_000)) })];
    const decision = await setUp({ hydrators, sources: [source] }).recommend({ count: 1 });
    expect(slateOf(decision)).toEqual(['i1000']);
    expect(asked).toHaveLength(2);
    expect(decision.filters).toMatchObject([{ removedCount: 1_000 }]);
    expect(decision.filters[0]!.removedItemIds).toHaveLength(200);
  });

  it('does not say that a source is missing whose first answer is in the slate', async () => {
    let round = 0;
    const source = aSource('trending', async () => {
      if (round++ > 0) throw new AppError('unavailable.model_worker', 'gone');
      return { ...ranked(4), isExhausted: false };
    });
    const decision = await setUp({ sources: [source] }).recommend({ count: 2 });
    expect(slateOf(decision)).toEqual(['i4']);
    expect(decision.degraded).toEqual([
      {
        stage: 'sources/trending',
        code: 'unavailable.model_worker',
        message: 'it could not be asked for more, so the slate has only what it proposed first',
      },
    ]);
    expect(decision.sources).toMatchObject([{ candidateCount: 1, note: 'unavailable.model_worker' }]);
  });

  it('leaves out what was not wanted also where the catalog hears of it while the slate is made', async () => {
    const known = new Set([1, 2]);
    const source = aSource('trending', async () => {
      known.add(3).add(4);
      return { ...ranked(1, 2, 3, 4), isExhausted: true };
    });
    const findKnown = (itemId: string) => (known.has(find(itemId)) ? find(itemId) : -1);
    const filters = [alreadySeen, excludedFilter];
    const { recommend } = setUp({ sources: [source], filters, find: findKnown });
    expect(slateOf(await recommend({ excludedItemIds: ['i2', 'i3', 'i9'], relatedToItemId: 'i4' }))).toEqual(['i1']);
  });

  it('leaves out what the user hid also where the catalog hears of it while the slate is made', async () => {
    const hidden = new Set<number>();
    const source = aSource('trending', async () => ({ ...ranked(1, 2), isExhausted: true }));
    const hydrators = [knows({ hidden, catchUp: () => hidden.add(2) })];
    const { recommend } = setUp({ sources: [source], hydrators, filters: [hiddenFilter] });
    expect(slateOf(await recommend())).toEqual(['i1']);
  });

  it('asks the last fallback only when the others cannot fill the slate', async () => {
    let asked = 0;
    const answer = async () => ({ ...ranked(100 + asked++), isExhausted: true });
    const { recommend } = setUp({ sources: [...sources, aSource('recent_popularity', answer, 'when_short')] });
    expect((await recommend({ count: 3 })).slate).toHaveLength(3);
    expect(asked).toBe(0);
    expect(slateOf(await recommend({ count: 4 }))).toEqual(['i1', 'i2', 'i3', 'i100']);
  });

  it('asks no source that the surface does not use', async () => {
    const asked: number[] = [];
    const fresh = aSource('fresh', async (count) => {
      asked.push(count);
      return { ...ranked(5), isExhausted: true };
    });
    await setUp({ sources: [...sources, fresh] }).recommend();
    expect(asked).toEqual([]);
  });

  it.each([
    ['refused', 'no_consent', /did not agree/],
    ['unknown', 'degraded', /not known/],
  ] as const)('asks no personal source when consent is %s, and says so', async (agreement, personalization, why) => {
    const trending = aSource('trending', async () => ({ ...ranked(9), isExhausted: false }));
    const personal = aSource('collaborative', () => Promise.reject(new Error('must not be asked')));
    const decision = await setUp({ agreement, sources: [personal, trending] }).recommend();
    expect(slateOf(decision)).toEqual(['i9']);
    expect(decision).toMatchObject({ personalization, strategy: 'popularity_based', strategyChosenBy: 'consent' });
    expect(decision.degraded).toEqual([]);
    expect(decision.sources).toMatchObject([
      { source: 'collaborative', candidateCount: 0, note: expect.stringMatching(why) },
      { source: 'trending' },
    ]);
  });

  it('gives the weight of a scorer that has nothing to say to the others', async () => {
    const surface = {
      ...SURFACE,
      blends: { ...SURFACE.blends, collaborative_filtering: { collaborative: 3, popularity: 1 } },
    };
    const scorers = [aScorer('collaborative', async () => undefined), aScorer('popularity')];
    const decision = await setUp({ surface, sources, scorers }).recommend();
    expect(decision.slate[0]!.partScores).toMatchObject([{ part: 'popularity', weight: 1 }]);
    expect(decision.degraded).toEqual([]);
  });

  it('ranks by the rules when no part of the strategy answers, and does not count that as the choice of a strategy', async () => {
    const scorers = [aScorer('collaborative', () => Promise.reject(new Error('broken'))), aScorer('rules')];
    const decision = await setUp({ sources, scorers, read: never }).recommend();
    expect(slateOf(decision)).toEqual(['i1', 'i2', 'i3']);
    expect(decision).toMatchObject({ strategy: 'rule_based', strategyPropensity: 1, strategyChosenBy: 'fallback' });
    expect(decision.degraded).toMatchObject([
      { stage: 'scorers/collaborative', message: 'no collaborative' },
      { stage: 'scorers/features', code: 'deadline.scorer' },
    ]);
  });

  it('records the features of the decided items as they were read', async () => {
    const items = {
      names: ['item_age_days'],
      rowCount: 3,
      values: Float64Array.of(30, 10, 20),
      missing: new Uint8Array(0),
      updatedAtMs: new Float64Array(3),
      readAtMs: 1,
    };
    const read = async () => ({ user: [{ name: 'user_x', value: 1, missing: 0, updatedAtMs: 1 }], items });
    const decision = await setUp({ sources, read }).recommend({ count: 2 });
    expect(slateOf(decision)).toEqual(['i1', 'i2']);
    expect([...decision.itemFeatures!.values]).toEqual([10, 20, 30]);
    expect(decision.userFeatures).toMatchObject([{ name: 'user_x', value: 1 }]);
  });

  it('draws a strategy by itself when the bandit is late, and says so', async () => {
    const surface = { ...SURFACE, policy: 'home' };
    const decision = await setUp({ surface, sources, choose: never }).recommend();
    expect(decision).toMatchObject({
      strategyChosenBy: 'fallback',
      degraded: [{ stage: 'strategy', code: 'deadline.strategy' }],
    });
    expect(decision.slate).toHaveLength(3);
  });

  it('tells a policy what is known of the user, and takes the slate for the choice', async () => {
    const asked: StrategyQuestion[] = [];
    const choose: StrategyChooser['choose'] = async (question) => {
      asked.push(question);
      const { context: policyContext } = question;
      return { strategy: 'popularity_based', propensity: 0.25, chosenBy: 'policy:home', policyContext };
    };
    const recents = [{ item: 1, strength: 1, atMs: NOW.getTime() }];
    const hydrators = [knows({ recents })];
    const { recommend } = setUp({ surface: { ...SURFACE, policy: 'home' }, hydrators, sources, choose });
    const decision = await recommend({ context: { device: 'mobile' } });
    const [{ context, decisionId, userId }] = asked as [StrategyQuestion];
    expect([decisionId, userId]).toEqual([decision.decisionId, 'ann']);
    expect(context).toContainEqual({ name: 'recency', score: 1 });
    expect(context).toContainEqual({ name: 'is_mobile', score: 1 });
    expect(decision).toMatchObject({ strategyPropensity: 0.25, policyContext: context });
  });

  it('asks no policy for a slate that nobody is shown', async () => {
    const { decide, query, call } = setUp({ surface: { ...SURFACE, policy: 'home' }, sources, choose: never });
    expect(await decide(query, call)).toMatchObject({ strategy: 'collaborative_filtering', degraded: [] });
  });

  it('makes the slate as the variant of an experiment asks for it, asks no policy then, and records the variant', async () => {
    const experiments = [anExperiment({ strategy: 'popularity_based', color: 'green' })];
    const surface = { ...SURFACE, policy: 'home' };
    const decision = await setUp({ surface, sources, experiments, choose: never }).recommend();
    expect(decision).toMatchObject({
      strategy: 'popularity_based',
      strategyPropensity: 1,
      strategyChosenBy: 'experiment:exp-1',
      variants: [{ experimentId: 'exp-1', variant: 'on' }],
      parameters: { color: 'green' },
      policyContext: [],
      degraded: [],
    });
  });

  it('makes the slate also where a variant asks for what cannot be, and says so', async () => {
    const experiments = [anExperiment({ strategy: 'magic' })];
    const decision = await setUp({ sources, experiments }).recommend();
    expect(slateOf(decision)).toEqual(['i1', 'i2', 'i3']);
    expect(decision.degraded).toMatchObject([{ stage: 'experiments/exp-1', code: 'failed_precondition.variant' }]);
  });

  it('asks the policy of the exploration beside that of the strategy, for the same slate, and draws from what it says', async () => {
    const exploration = { share: 0.5, pool: 10, policy: 'explorer' };
    const surface = { ...SURFACE, exploration };
    const asked: string[] = [];
    const explore: ExplorationChooser['choose'] = async ({ decisionId }) => {
      asked.push(decisionId);
      return { arm: 'trending', probabilities: new Map([['trending', 1]]) };
    };
    const selected: unknown[] = [];
    const selector: Selector = {
      ...plainSelector,
      select: (selection) => {
        selected.push(selection.arms?.arm);
        return plainSelector.select(selection);
      },
    };
    const { recommend } = setUp({ surface, sources, explore, selector });
    const decision = await recommend();
    expect([asked, selected]).toEqual([[decision.decisionId], ['trending']]);
    expect(decision.explorationChoice).toEqual({ policy: 'explorer', arm: 'trending', propensity: 1 });
    expect(decision.policyContext).toContainEqual({ name: 'is_mobile', score: 0 });
    // a slate of one place has none that could be left to chance
    await recommend({ count: 1 });
    expect(asked).toHaveLength(1);
  });

  it('draws from the best below the slate when the policy of the exploration is late, and says so', async () => {
    const surface = { ...SURFACE, exploration: { share: 0.5, pool: 10, policy: 'explorer' } };
    const decision = await setUp({ surface, sources, explore: never }).recommend();
    expect(decision.degraded).toMatchObject([{ stage: 'exploration', code: 'deadline.exploration' }]);
    expect([decision.explorationChoice, decision.policyContext]).toEqual([undefined, []]);
    expect(slateOf(decision)).toEqual(['i1', 'i2', 'i3']);
  });

  describe('that is drafted', () => {
    const variants = ['collaborative_filtering', 'popularity_based'].map((strategy, index) => ({
      name: `v${index}`,
      weight: 0.5,
      parameters: { strategy },
    }));
    const experiments = [anExperiment({}, { kind: 'interleaving', variants })];
    const items = all(20);
    const many = [aSource('collaborative', async () => ({ ...ranked(...items), isExhausted: true, knowsUser: true }))];
    /** The greater the number, the better. */
    const greater = async ({ items: scored }: ScoringQuery) => {
      const calibrated = Float32Array.from(scored, (item) => item / 100);
      return { raw: calibrated, calibrated };
    };
    const scorers = [aScorer('collaborative'), aScorer('popularity', greater), aScorer('rules')];
    const surface = {
      ...SURFACE,
      exploration: { share: 0.5, pool: 10, policy: 'explorer' },
      sources: { collaborative: 20 },
    };

    it('has the best of both rankings, each marked by its team, and leaves nothing else to chance', async () => {
      const decision = await setUp({ surface, sources: many, scorers, experiments }).recommend();
      const teams = new Map([0, 1].map((team) => [`team:v${team}`, team]));
      const of = (team: string) =>
        decision.slate.filter(({ placedBy }) => placedBy === team).map(({ itemId }) => itemId);
      expect(decision.slate.every(({ placedBy }) => teams.has(placedBy))).toBe(true);
      expect(of('team:v0')).toEqual(['i0', 'i1', 'i2', 'i3', 'i4']);
      expect(of('team:v1')).toEqual(['i19', 'i18', 'i17', 'i16', 'i15']);
      expect(decision).toMatchObject({
        strategy: 'collaborative_filtering',
        strategyChosenBy: 'experiment:exp-1',
        variants: [{ experimentId: 'exp-1' }],
        degraded: [],
      });
      expect(new Set([...decision.slate, ...decision.runnersUp].map(({ itemId }) => itemId)).size).toBe(20);
    });

    it('is of the first alone, and counts for no experiment, where one of them cannot rank', async () => {
      const broken = aScorer('popularity', () => Promise.reject(new Error('broken')));
      const some = [aScorer('collaborative'), broken, aScorer('rules')];
      const decision = await setUp({ surface, sources: many, scorers: some, experiments }).recommend({ count: 3 });
      expect(slateOf(decision)).toEqual(['i0', 'i1', 'i2']);
      expect(decision.variants).toEqual([]);
      expect(decision.degraded).toContainEqual(
        expect.objectContaining({ stage: 'experiments/exp-1', code: 'failed_precondition.draft' }),
      );
    });
  });

  it.each([
    ['refuses them', { agreesToExperiments: 'refused' }, 'hybrid'],
    ['of whom nobody knows', { agreesToExperiments: 'unknown' }, 'hybrid'],
    ['refuses personalization', { agreement: 'refused', agreesToExperiments: 'agreed' }, 'popularity_based'],
  ] as const)('tries no experiment and no policy on somebody who %s', async (_, consent, strategy) => {
    const trending = aSource('trending', async () => ({ ...ranked(9), isExhausted: true }));
    const experiments = [anExperiment({ strategy: 'rule_based', color: 'green' })];
    const surface = { ...SURFACE, policy: 'home' };
    const all = { surface, sources: [...sources, trending], experiments, choose: never, ...consent };
    expect(await setUp(all).recommend()).toMatchObject({
      ...{ strategy, strategyPropensity: 1, strategyChosenBy: 'consent', variants: [], parameters: {}, degraded: [] },
    });
  });

  it('lets no canary serve somebody on whom nothing may be tried, and leaves no place to chance', async () => {
    const seen: unknown[] = [];
    const source: Source = {
      ...aSource('trending', known),
      propose: async ({ request }) => {
        seen.push(request.versions.canaries, request.surface.exploration.share);
        return known();
      },
    };
    const surface = { ...SURFACE, exploration: { share: 0.5, pool: 50, policy: '' } };
    await setUp({ surface, sources: [source], agreesToExperiments: 'refused' }).recommend();
    await setUp({ surface, sources: [source] }).recommend();
    expect(seen).toEqual([false, 0, true, 0.5]);
  });

  it('names nobody to the bandit who did not agree to personalization', async () => {
    const surface = { ...SURFACE, policy: 'home' };
    let asked = 0;
    const choose = () => {
      asked++;
      return never();
    };
    const trending = aSource('trending', async () => ({ ...ranked(9), isExhausted: true }));
    const decision = await setUp({ surface, agreement: 'refused', sources: [trending], choose }).recommend();
    expect(decision).toMatchObject({ strategy: 'popularity_based', strategyChosenBy: 'consent' });
    expect(asked).toBe(0);
  });

  it('shows the plain ranking when the selector is broken', async () => {
    const selector = { ...plainSelector, select: () => JSON.parse('{') };
    const decision = await setUp({ sources, selector }).recommend({ count: 2 });
    expect(slateOf(decision)).toEqual(['i1', 'i2']);
    expect(decision.degraded).toContainEqual(expect.objectContaining({ stage: 'selectors/plain' }));
  });

  it('says that nothing is known when no source has anything', async () => {
    const nothing = aSource('trending', async () => ({ ...ranked(), isExhausted: true }));
    const decision = await setUp({ sources: [nothing] }).recommend();
    expect(decision.degraded).toMatchObject([{ code: 'failed_precondition.empty' }]);
  });

  it('tells the side effects exactly what it answers', async () => {
    const { recommend, after } = setUp({ sources });
    const decision = await recommend();
    expect(after).toEqual([decision]);
    expect(decision).toMatchObject({ decidedAt: NOW, traceId: 't', candidateCount: 3 });
  });

  it('answers although a side effect fails', async () => {
    const effect = { name: 'side_effects/broken', description: '', after: () => JSON.parse('{') };
    expect((await setUp({ sources, sideEffects: [effect] }).recommend()).slate).toHaveLength(3);
  });

  it('ends with the reason of a caller that cancels', async () => {
    const stop = new AbortController();
    const answer = setUp({ sources: [aSource('trending', never)] }).recommend({}, { signal: stop.signal });
    stop.abort(new AppError('cancelled.call', 'the caller has gone'));
    await expect(answer).rejects.toMatchObject({ code: 'cancelled.call' });
  });

  // Jest fails a test that leaves a rejection to nobody, and the process of a service ends with one.
  it.each([
    ['while the user is read', { hydrators: [{ ...knows({}), hydrate: never }] }],
    ['when nobody waits for the strategy', { agreement: 'refused', sources: [aSource('trending', never)] }],
    ['while features are read', { scorers: [aScorer('collaborative', never)], read: never }],
  ] as const)('leaves no rejection behind of a call that was cancelled %s', async (_, changes) => {
    const stop = new AbortController();
    const surface = { ...SURFACE, policy: 'home' };
    const choose = 'read' in changes ? undefined : never;
    const { recommend } = setUp({ surface, sources, choose, ...changes });
    const answer = recommend({}, { signal: stop.signal });
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new AppError('cancelled.call', 'another replica was faster'));
    await expect(answer).rejects.toMatchObject({ code: 'cancelled.call' });
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('leaves no record of a call that was cancelled before it was answered', async () => {
    const controller = new AbortController();
    const gone = new AppError('cancelled.call', 'another replica was faster');
    const selector: Selector = {
      ...plainSelector,
      select: (selection) => {
        controller.abort(gone);
        return plainSelector.select(selection);
      },
    };
    const { recommend, after } = setUp({
      sources: [aSource('trending', async () => ({ ...ranked(1), isExhausted: true }))],
      selector,
    });
    await expect(recommend({}, { signal: controller.signal })).rejects.toBe(gone);
    expect(after).toEqual([]);
  });
});
