import { aPolicy } from '../tests/policies';
import { checkPolicyRules } from './check-policy-rules';

const fieldsOf = (rules: Parameters<typeof checkPolicyRules>[0], arms: readonly string[] = ['a', 'b']) =>
  checkPolicyRules(rules, arms).map(({ field }) => field);

describe('checkPolicyRules', () => {
  it('finds nothing wrong with sound rules', () => {
    expect(fieldsOf(aPolicy('thompson_beta', { explorationFloor: 0.5 }))).toEqual([]);
    expect(fieldsOf(aPolicy('linucb', { explorationFloor: 0.01 }))).toEqual([]);
  });

  it.each([0.51, -0.1, Number.NaN, 2])('refuses a floor of %d for two arms', (explorationFloor) => {
    expect(fieldsOf(aPolicy('thompson_beta', { explorationFloor }))).toEqual(['explorationFloor']);
  });

  it('wants a floor where the kind leaves nothing to chance', () => {
    expect(fieldsOf(aPolicy('linucb'))).toEqual(['explorationFloor']);
    expect(fieldsOf(aPolicy('epsilon_greedy', { settings: { epsilon: 0 } }))).toEqual(['explorationFloor']);
    expect(fieldsOf(aPolicy('epsilon_greedy'))).toEqual([]);
  });

  it('refuses no arms, too many and equal ones', () => {
    const rules = aPolicy('softmax');
    expect(fieldsOf(rules, [])).toEqual(['arms']);
    expect(fieldsOf(rules, ['a', 'a'])).toEqual(['arms']);
    expect(
      fieldsOf(
        rules,
        Array.from({ length: 51 }, (_, at) => `a${at}`),
      ),
    ).toEqual(['arms']);
  });

  it('wants context names for the kinds that look at a context and for no other', () => {
    expect(fieldsOf(aPolicy('softmax', { contextNames: ['x'] }))).toEqual(['contextNames']);
    expect(fieldsOf(aPolicy('linear_thompson', { contextNames: [] }))).toEqual(['contextNames']);
    expect(fieldsOf(aPolicy('linear_thompson', { contextNames: ['x', 'x'] }))).toEqual(['contextNames']);
  });

  it('refuses priors that are none', () => {
    const of = (mean: number, weight: number) =>
      fieldsOf(aPolicy('thompson_beta', { priors: { a: { mean, weight } } }));
    expect(of(0.02, 50)).toEqual([]);
    expect(of(0, 50)).toEqual(['priors.a.mean']);
    expect(of(0.5, 0)).toEqual(['priors.a.weight']);
    expect(of(Number.NaN, Number.POSITIVE_INFINITY)).toEqual(['priors.a.mean', 'priors.a.weight']);
  });
});
