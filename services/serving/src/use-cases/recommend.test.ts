import { AppError } from '@attune/errors';
import { aRequest } from '../../tests/fixtures/a-request';
import type { Agreement } from '../domain/consent';
import type { Decision } from '../domain/decision';
import { alreadySeenFilter } from '../pipeline/filters/already-seen-filter';
import type { Hydrator, Pipeline, Proposal, Source } from '../pipeline/parts';
import { sourceOrderSelector } from '../pipeline/selectors/source-order-selector';
import { makeRecommend } from './recommend';

const decidedAt = new Date('2026-05-01T12:00:00Z');
const never = () => new Promise<never>(() => undefined);
const ranked = (...ids: string[]) => ids.map((itemId, at) => ({ itemId, score: 1 - at / 100 }));

function aSource(name: string, answer: (count: number) => Promise<Proposal>, turn: Source['turn'] = 'always'): Source {
  const isPersonal = name === 'collaborative';
  return {
    name: `sources/${name}`,
    turn,
    isPersonal,
    withoutIt: `without ${name}`,
    propose: ({ count }) => answer(count),
  };
}

const consent = (agreement: Agreement): Hydrator => ({
  name: 'hydrators/consent',
  hydrate: async () => ({ agreement }),
  fallback: () => ({ state: {}, message: '' }),
});

function setUp({ hydrators = [], agreement = 'agreed', ...changes }: Partial<Pipeline> & { agreement?: Agreement }) {
  const after: Decision[] = [];
  const pipeline: Pipeline = {
    hydrators: [...hydrators, consent(agreement)],
    sources: [],
    filters: [alreadySeenFilter],
    selector: sourceOrderSelector,
    sideEffects: [{ name: 'side_effects/test', after: (decision) => after.push(decision) }],
    ...changes,
  };
  const run = makeRecommend({
    pipeline,
    clock: () => decidedAt,
    stopwatch: () => performance.now(),
    newDecisionId: () => 'decision',
    budgetMs: 40,
    later: (effect) => effect(),
  });
  const call = { signal: new AbortController().signal, deadline: new Date(decidedAt.getTime() + 1_000), traceId: 't' };
  return { recommend: (request = aRequest(), change = {}) => run(request, { ...call, ...change }), after };
}

describe('recommend', () => {
  const known = async (): Promise<Proposal> => ({ items: ranked('a', 'b', 'c'), isExhausted: true, knowsUser: true });

  it('goes on without a source that is late, and says so', async () => {
    const sources = [
      aSource('collaborative', never),
      aSource('trending', async () => ({ items: ranked('t'), isExhausted: true })),
    ];
    const decision = await setUp({ sources }).recommend();
    expect(decision.slate.map(({ itemId }) => itemId)).toEqual(['t']);
    expect(decision).toMatchObject({
      personalization: 'degraded',
      degraded: [{ stage: 'sources/collaborative', code: 'deadline.source', message: 'without collaborative' }],
    });
  });

  it('goes on without a source that fails, and hides what failed', async () => {
    const failing = aSource('trending', () => Promise.reject(new Error('secret')));
    const decision = await setUp({ sources: [aSource('collaborative', known), failing] }).recommend();
    expect(decision.slate).toHaveLength(3);
    expect(decision.degraded).toEqual([
      { stage: 'sources/trending', code: 'internal.unexpected', message: 'without trending' },
    ]);
  });

  it('goes on with the fallback of a hydrator that is late', async () => {
    const seenItems = { seen: new Set(['a']), hidden: new Set<string>() };
    const hydrator = {
      name: 'hydrators/seen',
      hydrate: never,
      fallback: () => ({ state: { seenItems }, message: 'from memory' }),
    };
    const decision = await setUp({ hydrators: [hydrator], sources: [aSource('collaborative', known)] }).recommend();
    expect(decision.slate.map(({ itemId }) => itemId)).toEqual(['b', 'c']);
    expect(decision.degraded).toEqual([{ stage: 'hydrators/seen', code: 'deadline.hydrator', message: 'from memory' }]);
  });

  it('asks again for more when the filters leave the slate short', async () => {
    const seen = Array.from({ length: 1_000 }, (_, i) => `seen-${i}`);
    const seenItems = { seen: new Set(seen), hidden: new Set<string>() };
    const all = ranked(...seen, 'fresh');
    const hydrator = {
      name: 'hydrators/seen',
      hydrate: async () => ({ seenItems }),
      fallback: () => ({ state: {}, message: '' }),
    };
    const asked: number[] = [];
    const source = aSource('collaborative', async (count) => {
      asked.push(count);
      return { items: all.slice(0, count), isExhausted: count >= all.length, knowsUser: true };
    });
    const decision = await setUp({ hydrators: [hydrator], sources: [source] }).recommend(aRequest({ count: 1 }));
    expect(decision.slate.map(({ itemId }) => itemId)).toEqual(['fresh']);
    expect(asked).toHaveLength(2);
    expect(decision.filters).toMatchObject([{ removedCount: 1_000 }]);
    expect(decision.filters[0]!.removedItemIds).toHaveLength(200);
  });

  it('asks the last fallback only when the others cannot fill the slate', async () => {
    let asked = 0;
    const last = aSource(
      'recent_popularity',
      async () => ({ items: ranked(`last-${asked++}`), isExhausted: true }),
      'when_short',
    );
    const { recommend } = setUp({ sources: [aSource('collaborative', known), last] });
    expect((await recommend(aRequest({ count: 3 }))).slate).toHaveLength(3);
    expect(asked).toBe(0);
    expect((await recommend(aRequest({ count: 4 }))).slate.map(({ itemId }) => itemId)).toEqual([
      'a',
      'b',
      'c',
      'last-0',
    ]);
  });

  it.each([
    ['refused', 'no_consent', /did not agree/],
    ['unknown', 'degraded', /not known/],
  ] as const)('asks no personal source when consent is %s, and says so', async (agreement, personalization, why) => {
    const asked: string[] = [];
    const sources = [
      aSource('collaborative', async () => {
        asked.push('collaborative');
        return known();
      }),
      aSource('trending', async () => ({ items: ranked('t'), isExhausted: false })),
    ];
    const decision = await setUp({ agreement, sources }).recommend();
    expect(decision.slate.map(({ itemId }) => itemId)).toEqual(['t']);
    expect(decision).toMatchObject({ personalization, strategy: 'popularity_based', degraded: [] });
    expect(decision.sources).toMatchObject([
      { source: 'collaborative', candidateCount: 0, note: expect.stringMatching(why) },
      { source: 'trending' },
    ]);
    expect(asked).toEqual([]);
  });

  it('says that nothing is known when no source has anything', async () => {
    const decision = await setUp({
      sources: [aSource('trending', async () => ({ items: [], isExhausted: true }))],
    }).recommend();
    expect(decision.degraded).toMatchObject([{ code: 'failed_precondition.empty' }]);
  });

  it('tells the side effects exactly what it answers', async () => {
    const { recommend, after } = setUp({ sources: [aSource('collaborative', known)] });
    const decision = await recommend();
    expect(after).toEqual([decision]);
    expect(decision).toMatchObject({ decisionId: 'decision', decidedAt, traceId: 't', candidateCount: 3 });
  });

  it('answers although a side effect fails', async () => {
    const effect = { name: 'side_effects/broken', after: () => JSON.parse('{') };
    const decision = await setUp({ sources: [aSource('collaborative', known)], sideEffects: [effect] }).recommend();
    expect(decision.slate).toHaveLength(3);
  });

  it('ends with the reason of a caller that cancels', async () => {
    const stop = new AbortController();
    const answer = setUp({ sources: [aSource('trending', never)] }).recommend(aRequest(), { signal: stop.signal });
    stop.abort(new AppError('cancelled.call', 'the caller has gone'));
    await expect(answer).rejects.toMatchObject({ code: 'cancelled.call' });
  });
});
