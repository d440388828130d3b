import { AppError } from '@attune/errors';
import { aDecision, anItem, aTable } from '../../tests/fixtures/a-decision';
import { NOW, waiting } from '../../tests/fixtures/a-request';
import { HOME } from '../domain/built-in-surfaces';
import type { Decision } from '../domain/decision';
import type { ExplainedPrediction } from '../domain/explanation/explanation';
import type { RecommendQuery } from '../pipeline/slate-request';
import type { RecommendCall } from './decide-slate';
import { type ExplainDecisionParts, type ExplainQuery, makeExplainDecision } from './explain-decision';

const ID = aDecision().decisionId;
const call: RecommendCall = { ...waiting, deadline: new Date(NOW.getTime() + 1_000), traceId: '' };
const notStored = async () => {
  throw new AppError('not_found.decision', 'not stored');
};
const query = (changes: Partial<ExplainQuery> = {}): ExplainQuery => ({
  ...{ decisionId: ID, userId: '', itemId: '', surface: 'home', label: '' },
  ...changes,
});

/** Everything is stored, nobody was forgotten, and no model is loaded, unless `changes` say otherwise. */
function explaining(decision: Decision = aDecision(), changes: Partial<ExplainDecisionParts> = {}) {
  return makeExplainDecision({
    stored: { decision: async () => decision },
    recent: { find: () => undefined },
    users: { kept: async () => ({ forgottenAt: undefined }) as never },
    decide: async () => decision,
    explainPrediction: async () => ({ prediction: undefined, caveats: ['nothing to say about features'] }),
    surfaces: { named: () => HOME, has: () => true },
    catalog: { find: () => 1, publishedAtMs: () => NOW.getTime() - 34 * 86_400_000 },
    models: { borrowVersion: () => undefined },
    ...changes,
  });
}

describe('explaining a decision', () => {
  it('says why the first item is there where none is named, in the words that were served', async () => {
    expect(await explaining()(query(), call)).toMatchObject({
      decisionId: ID,
      itemId: 'first',
      position: 0,
      primaryReason: 'People with your taste liked it',
      notShownBecause: '',
      partScores: [{ part: 'popularity' }, { part: 'collaborative' }],
      confidence: 1,
      caveats: ['nothing to say about features'],
    });
  });

  it('takes what is known of an item from its own row of the record', async () => {
    const itemFeatures = aTable(['user_item_social_proof'], [[1], [4], [0]]);
    const { reasons } = await explaining(aDecision({ itemFeatures }))(query({ itemId: 'second' }), call);
    expect(reasons).toContain('4 people whom you follow did something with it');
  });

  it('is less sure where a part did not know the item', async () => {
    const partScores = [
      { part: 'popularity', raw: 12, calibrated: 0.4, weight: 0.25 },
      { part: 'neural', raw: undefined, calibrated: 0.5, weight: 0.75 },
    ] as const;
    const { confidence } = await explaining(aDecision({ slate: [anItem('first', { partScores })] }))(query(), call);
    expect(confidence).toBe(0.25);
  });

  it('is less sure of a prediction the less of its features were known and the larger its errors are', async () => {
    const prediction: ExplainedPrediction = {
      ...{ model: { name: 'engagement', version: '1', digest: '' }, label: 'click', base: 0.1, prediction: 0.3 },
      contributions: [{ contribution: 0.2 } as never],
      ...{ method: 'sampled', standardError: 0.01, coverage: 0.5, agrees: false },
    };
    const explain = explaining(aDecision(), { explainPrediction: async () => ({ prediction, caveats: [] }) });
    expect((await explain(query(), call)).confidence).toBeCloseTo(0.5 * 0.9 * 0.5, 10);
  });

  it('says by how long an item that was seen stays away, if the surface is still as it was', async () => {
    const surfaces = { named: () => ({ ...HOME, seenHours: { view: 24 } }), has: () => true };
    const seen = query({ itemId: 'seen' });
    const now = await explaining(aDecision(), { surfaces })(seen, call);
    expect(now).toMatchObject({
      position: undefined,
      notShownBecause: 'The filter already_seen removed it: you did something with it already',
      reasons: ['On the surface "home" items stay away for 24 hours after view'],
      confidence: 1,
    });
    const variants = [{ experimentId: 'exp-1', variant: 'on' }];
    const tried = await explaining(aDecision({ variants }), { surfaces })(seen, call);
    const then = await explaining(aDecision({ surfaceVersion: 9 }), { surfaces })(seen, call);
    expect([tried.reasons, then.reasons]).toEqual([[], []]);
  });

  it('says what a runner-up lacked, with what its features added', async () => {
    const found = await explaining()(query({ itemId: 'third' }), call);
    expect(found.notShownBecause).toMatch(/^It was ranked 3rd/);
    expect(found.partScores).toHaveLength(2);
    expect(found.caveats).toEqual(['nothing to say about features']);
  });

  it('says of an item that no source proposed what each lacked of it', async () => {
    const sources = ['collaborative', 'fresh'].map((source) => ({ source, candidateCount: 2, latencyMs: 1, note: '' }));
    const als = {
      kind: 'als',
      vectorOfItem: () => undefined,
      [Symbol.dispose]: () => undefined,
    };
    const models = { borrowVersion: () => als as never };
    const found = await explaining(aDecision({ sources }), { models })(query({ itemId: 'elsewhere' }), call);
    expect(found.reasons).toEqual([
      'What people with your taste liked: the model als version 3 does not know it; a training after its first interactions will',
      'What is new: it was published 34 days before',
    ]);
  });

  it('says of an id that nobody ever heard of that it is unknown', async () => {
    const catalog = { find: () => -1, publishedAtMs: () => Number.NaN };
    const found = await explaining(aDecision(), { catalog })(query({ itemId: 'typo' }), call);
    expect(found.notShownBecause).toMatch(/^Nothing is known here of an item with this id/);
  });

  it('says what was out of order', async () => {
    const degraded = [
      { stage: 'sources/neural', code: 'deadline.source', message: 'the slate is made from the others' },
    ];
    const { caveats } = await explaining(aDecision({ degraded }))(query(), call);
    expect(caveats[0]).toBe('The stage sources/neural was out of order: the slate is made from the others.');
  });

  it('refuses an empty slate without an item, and a user whose decision it is not', async () => {
    await expect(explaining(aDecision({ slate: [] }))(query(), call)).rejects.toMatchObject({
      code: 'failed_precondition.empty_slate',
    });
    await expect(explaining()(query({ userId: 'ben' }), call)).rejects.toMatchObject({
      code: 'invalid.request',
      violations: [{ field: 'user_id' }],
    });
  });
});

describe('explaining a decision that is not stored yet', () => {
  const recent = { find: (id: string) => (id === ID ? aDecision() : undefined) };

  it('goes by what this process made a moment ago', async () => {
    const explain = explaining(undefined, { stored: { decision: notStored }, recent });
    expect((await explain(query(), call)).itemId).toBe('first');
    await expect(explain(query({ decisionId: 'other' }), call)).rejects.toMatchObject({ code: 'not_found.decision' });
  });

  it('does not, where the user was forgotten since', async () => {
    const users = { kept: async () => ({ forgottenAt: NOW }) as never };
    const explain = explaining(undefined, { stored: { decision: notStored }, recent, users });
    await expect(explain(query(), call)).rejects.toMatchObject({ code: 'not_found.decision' });
  });

  it('does not hide that the store answers nonsense', async () => {
    const decision = async () => {
      throw new AppError('internal.decision', 'broken');
    };
    const explain = explaining(undefined, { stored: { decision }, recent });
    await expect(explain(query(), call)).rejects.toMatchObject({ code: 'internal.decision' });
  });
});

describe('explaining an item for a user as of now', () => {
  const ofNow = query({ decisionId: '', userId: 'ann', itemId: 'second', surface: 'explore' });

  it('makes the slate that would be served, and says that nobody was shown it', async () => {
    const asked: RecommendQuery[] = [];
    const decide = async (asking: RecommendQuery) => {
      asked.push(asking);
      return aDecision();
    };
    const found = await explaining(undefined, { decide, stored: { decision: notStored } })(ofNow, call);
    expect(found).toMatchObject({ decisionId: '', itemId: 'second', position: 1 });
    expect(found.caveats[0]).toMatch(/was not served/);
    expect(asked).toMatchObject([{ userId: 'ann', surface: 'explore', count: 10, includeSeen: false }]);
  });
});
