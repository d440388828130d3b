import { aComparison, anEvaluation, aVersion } from '../../tests/a-version';
import { judgePromotion, type PromotionCase } from './promotion';
import { DEFAULT_TERMS, type PromotionTerms } from './promotion-terms';

const terms = (overrides: Partial<PromotionTerms> = {}) => ({ ...DEFAULT_TERMS, metric: 'ndcg@10', ...overrides });
const aCase = (overrides: Partial<PromotionCase> = {}): PromotionCase => ({
  version: aVersion(2),
  champion: aVersion(1, { stage: 'production' }),
  evaluations: [],
  terms: terms(),
  ...overrides,
});
const refusal = (one: PromotionCase): unknown => {
  try {
    return judgePromotion(one);
  } catch (error) {
    return error;
  }
};
const against = (gain: readonly [number, number, number]) => [anEvaluation(2, [aComparison('1', gain)])];

describe('judgePromotion', () => {
  it('lets a version in whose whole interval of gain is above zero, and says by how much it is better', () => {
    const grounds = judgePromotion(aCase({ evaluations: against([0.01, 0.02, 0.03]) }));
    expect(grounds).toMatchObject({
      rule: 'better',
      opponent: '1',
      evaluationId: 'evaluation-2',
      gain: { low: 0.01 },
      summary: 'ndcg@10 0.3000 against 0.2800 of als v1, gain +0.0200 (+0.0100 to +0.0300) over 500 users',
    });
  });

  it.each([
    ['better on average, but perhaps not', [-0.001, 0.02, 0.03]],
    ['worse', [-0.03, -0.02, -0.01]],
    ['not different at all', [0, 0, 0]],
  ] as const)('keeps a version out that is %s', (_, gain) => {
    expect(refusal(aCase({ evaluations: against(gain) }))).toMatchObject({
      code: 'failed_precondition.not_better',
      message: expect.stringContaining('an override with a reason promotes it anyway'),
    });
  });

  it('lets a version in that is less than the allowed margin worse', () => {
    const one = aCase({ evaluations: against([-0.001, 0.002, 0.003]), terms: terms({ nonInferiorityMargin: 0.002 }) });
    expect(judgePromotion(one)).toMatchObject({ rule: 'better', nonInferiorityMargin: 0.002 });
  });

  it('lets the recipe in production in again with other data, without asking for a gain', () => {
    const evaluations = [anEvaluation(2, [aComparison('1', [0, 0, 0], 'same_recipe')], { userCount: 3 })];
    expect(judgePromotion(aCase({ evaluations }))).toMatchObject({ rule: 'same_recipe' });
  });

  it.each([
    ['much less', { metrics: { interactions: 499 } }, 'less_data'],
    ['older', { trainedTo: new Date('2025-12-31T00:00:00Z') }, 'older_data'],
  ])('does not let the recipe in production in again with %s data', (_, overrides, subject) => {
    const evaluations = [anEvaluation(2, [aComparison('1', [0, 0, 0], 'same_recipe')])];
    const champion = aVersion(1, { stage: 'production', metrics: { interactions: 1_000 } });
    const one = aCase({ version: aVersion(2, overrides), champion, evaluations });
    expect(refusal(one)).toMatchObject({ code: `failed_precondition.${subject}` });
  });

  it('wants an evaluation beside the version that is in production now, not one beside an earlier one', () => {
    const one = aCase({ champion: aVersion(3, { stage: 'production' }), evaluations: against([0.01, 0.02, 0.03]) });
    expect(refusal(one)).toMatchObject({
      code: 'failed_precondition.no_evaluation',
      message: expect.stringMatching(/als v2 with als v3.*EvaluateModel/),
    });
  });

  it('wants a first version to be better than a baseline', () => {
    const evaluations = [anEvaluation(2, [aComparison('popularity', [0.01, 0.02, 0.03], 'baseline')])];
    expect(judgePromotion(aCase({ champion: undefined, evaluations }))).toMatchObject({
      rule: 'first',
      summary: expect.stringContaining('plain popularity'),
    });
    const worse = [anEvaluation(2, [aComparison('popularity', [-0.01, 0.02, 0.03], 'baseline')])];
    expect(refusal(aCase({ champion: undefined, evaluations: worse }))).toMatchObject({
      code: 'failed_precondition.not_better',
    });
  });

  it('lets the first version of the baseline itself in', () => {
    const version = aVersion(1, { kind: 'popularity' });
    expect(judgePromotion(aCase({ version, champion: undefined }))).toMatchObject({ rule: 'baseline' });
  });

  it.each([
    ['of what the versions have seen', { caveat: 'they have seen it' }, 'evaluation_not_fair'],
    ['over a handful of users', { userCount: 29 }, 'too_few_users'],
  ])('does not believe an evaluation %s', (_, overrides, subject) => {
    const evaluations = [anEvaluation(2, [aComparison('1', [0.01, 0.02, 0.03])], overrides)];
    expect(refusal(aCase({ evaluations }))).toMatchObject({ code: `failed_precondition.${subject}` });
  });

  it('goes by the newest fair evaluation, whatever a newer unfair one says', () => {
    const unfair = anEvaluation(2, [aComparison('1', [0.1, 0.2, 0.3])], { evaluationId: 'new', caveat: 'seen' });
    expect(judgePromotion(aCase({ evaluations: [unfair, ...against([0.01, 0.02, 0.03])] }))).toMatchObject({
      evaluationId: 'evaluation-2',
    });
  });

  it('goes by the evaluation that is named, and knows when there is none', () => {
    const evaluations = [
      anEvaluation(2, [aComparison('1', [-1, 0, 1])], { evaluationId: 'new' }),
      ...against([0.1, 0.2, 0.3]),
    ];
    const named = (evaluationId: string) => aCase({ evaluations, terms: terms({ evaluationId }) });
    expect(judgePromotion(named('evaluation-2'))).toMatchObject({ rule: 'better' });
    expect(refusal(named('new'))).toMatchObject({ code: 'failed_precondition.not_better' });
    expect(refusal(named('other'))).toMatchObject({ code: 'not_found.evaluation' });
  });

  it('says which metrics there are when the wanted one is missing', () => {
    const one = aCase({ evaluations: against([0.1, 0.2, 0.3]), terms: terms({ metric: 'rmse' }) });
    expect(refusal(one)).toMatchObject({
      code: 'failed_precondition.metric_not_measured',
      message: expect.stringContaining('it has ndcg@10'),
    });
  });

  it('lets anything in by an override that has a reason', () => {
    const override = terms({ override: true, reason: 'the old one is broken' });
    expect(judgePromotion(aCase({ terms: override }))).toEqual({
      rule: 'override',
      summary: 'overridden: the old one is broken',
    });
  });

  it.each([
    ['an override without a reason', { override: true, reason: ' ' }, 'reason'],
    ['a margin below zero', { nonInferiorityMargin: -0.1 }, 'non_inferiority_margin'],
    ['a margin that is no number', { nonInferiorityMargin: Number.NaN }, 'non_inferiority_margin'],
  ])('refuses %s', (_, overrides, field) => {
    expect(refusal(aCase({ terms: terms(overrides) }))).toMatchObject({
      code: 'invalid.promotion',
      violations: [{ field }],
    });
  });
});
