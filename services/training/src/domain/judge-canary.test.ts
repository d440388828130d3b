import { aComparison, anEvaluation, aVersion } from '../../tests/a-version';
import { judgeCanary } from './judge-canary';

const terms = { metric: 'ndcg@10', nonInferiorityMargin: 0, override: false, reason: '' };
const champion = aVersion(1, { stage: 'production' });
const judged = (gain: readonly [number, number, number], changes: Partial<Parameters<typeof judgeCanary>[0]> = {}) =>
  judgeCanary({
    version: aVersion(2),
    champion,
    evaluations: [anEvaluation(2, [aComparison('1', gain)])],
    terms,
    ...changes,
  });

describe('judgeCanary', () => {
  it('lets in what is not shown to be worse', () => {
    expect(judged([-0.02, 0.001, 0.02])).toMatchObject({
      rule: 'not_worse',
      opponent: '1',
      evaluationId: 'evaluation-2',
    });
    expect(judged([0.01, 0.02, 0.03])).toMatchObject({ rule: 'not_worse' });
  });

  it('keeps out what is shown to be worse, unless a margin allows it or somebody overrides it', () => {
    const worse = [-0.03, -0.02, -0.01] as const;
    expect(() => judged(worse)).toThrow(expect.objectContaining({ code: 'failed_precondition.shown_worse' }));
    expect(judged(worse, { terms: { ...terms, nonInferiorityMargin: 0.01 } })).toMatchObject({ rule: 'not_worse' });
    expect(judged(worse, { terms: { ...terms, override: true, reason: 'to see' } })).toMatchObject({
      rule: 'override',
    });
  });

  it('wants an evaluation that is fair and beside production', () => {
    const code = (subject: string) => expect.objectContaining({ code: `failed_precondition.${subject}` });
    expect(() => judged([0, 0, 0], { evaluations: [] })).toThrow(code('no_evaluation'));
    const few = [anEvaluation(2, [aComparison('1', [0, 0, 0])], { userCount: 3 })];
    expect(() => judged([0, 0, 0], { evaluations: few })).toThrow(code('too_few_users'));
    const { champion: _, ...nobody } = { champion, version: aVersion(2), evaluations: [], terms };
    expect(() => judgeCanary(nobody)).toThrow(code('no_production'));
  });
});
