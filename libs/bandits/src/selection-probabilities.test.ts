import { seededRandom } from '@attune/testkit';
import { anArm, aPolicy, clicks } from '../tests/policies';
import { betaFrom, normalFrom, shareOfWins } from '../tests/samplers';
import { emptyArmState } from './arm-state';
import { linearBelief } from './linear-belief';
import { observeReward } from './observe-reward';
import { POLICY_KINDS } from './policy-rules';
import { selectionProbabilities } from './selection-probabilities';

const CONTEXT = [0.5, -1];
const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

describe('selectionProbabilities', () => {
  it.each(POLICY_KINDS)('add up to 1 and prefer the arm that earned more, for %s', (kind) => {
    const rules = aPolicy(kind, { explorationFloor: 0.02 });
    const arms = [2, 30, 5].map((ones, at) => anArm(rules, `arm${at}`, clicks(ones, 50), { context: CONTEXT }));
    const found = selectionProbabilities({ rules, arms, context: CONTEXT, atMs: 0 });
    expect(sumOf(found)).toBeCloseTo(1, 12);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0.02);
    expect(found.indexOf(Math.max(...found))).toBe(1);
  });

  it.each(POLICY_KINDS)('choose among new arms evenly, for %s', (kind) => {
    const rules = aPolicy(kind);
    const arms = ['a', 'b', 'c', 'd'].map((name) => anArm(rules, name));
    for (const probability of selectionProbabilities({ rules, arms, context: CONTEXT, atMs: 0 })) {
      expect(probability).toBeCloseTo(0.25, 7);
    }
  });

  it('are those of an oracle for two arms of clicks', () => {
    const rules = aPolicy('thompson_beta');
    const arms = [anArm(rules, 'a', clicks(100, 1_000)), anArm(rules, 'b', clicks(120, 1_000))];
    expect(selectionProbabilities({ rules, arms, atMs: 0 })[1]).toBeCloseTo(0.9231834389735597, 8);
  });

  it('are how often Thompson sampling by drawing chooses', () => {
    const random = seededRandom(2);
    const rules = aPolicy('thompson_beta');
    const seen = [
      [3, 10],
      [5, 30],
      [0, 4],
      [40, 160],
    ] as const;
    const found = selectionProbabilities({
      rules,
      arms: seen.map(([ones, of], at) => anArm(rules, `arm${at}`, clicks(ones, of))),
      atMs: 0,
    });
    const draws = 20_000;
    const samplers = seen.map(
      ([ones, of]) =>
        () =>
          betaFrom(random, 1 + ones, 1 + of - ones),
    );
    for (const [arm, drawn] of shareOfWins(samplers, draws).entries()) {
      // 4.5 standard errors
      const error = 4.5 * Math.sqrt((found[arm]! * (1 - found[arm]!)) / draws);
      expect(Math.abs(drawn - found[arm]!)).toBeLessThan(error);
    }
  });

  it('are how often linear Thompson sampling by drawing whole coefficient vectors chooses', () => {
    const random = seededRandom(4);
    const rules = aPolicy('linear_thompson', { settings: { noise: 0.7 } });
    const states = [0, 1, 2].map((arm) => {
      let state = emptyArmState(rules, `arm${arm}`);
      for (let round = 0; round < 4 + 6 * arm; round++) {
        const context = [random(), random()];
        state = observeReward(rules, state, { decidedAtMs: 0, context, reward: random() + 0.1 * arm });
      }
      return state;
    });
    const arms = states.map((state) => ({ state, status: 'active' as const }));
    const found = selectionProbabilities({ rules, arms, context: CONTEXT, atMs: 0 });
    const x = [1, ...CONTEXT];
    const samplers = states.map((state) => {
      const { theta, inverse } = linearBelief(rules, state, 1);
      const factor = choleskyOf(inverse.inverse, 3);
      return () => {
        const normals = [normalFrom(random), normalFrom(random), normalFrom(random)];
        return x.reduce((score, value, row) => {
          let drawn = theta[row]!;
          for (let k = 0; k <= row; k++) drawn += 0.7 * factor[row]![k]! * normals[k]!;
          return score + value * drawn;
        }, 0);
      };
    });
    const draws = 20_000;
    for (const [arm, drawn] of shareOfWins(samplers, draws).entries()) {
      const error = 4.5 * Math.sqrt((found[arm]! * (1 - found[arm]!)) / draws);
      expect(Math.abs(drawn - found[arm]!)).toBeLessThan(error);
    }
  });

  it('give every eligible arm the floor and share the rest as preferred', () => {
    const rules = aPolicy('epsilon_greedy', { explorationFloor: 0.1, settings: { epsilon: 0 } });
    const arms = [anArm(rules, 'a', [1, 1]), anArm(rules, 'b', [0]), anArm(rules, 'c', [0])];
    expect(Array.from(selectionProbabilities({ rules, arms, atMs: 0 }))).toEqual([expect.closeTo(0.8), 0.1, 0.1]);
  });

  it('give a restrained arm exactly its floor, a retired one and those not asked for nothing', () => {
    const rules = aPolicy('thompson_beta', { explorationFloor: 0.05 });
    const arms = [
      anArm(rules, 'best', clicks(90, 100), { status: 'restrained' }),
      anArm(rules, 'gone', clicks(95, 100), { status: 'retired' }),
      anArm(rules, 'fair', clicks(50, 100)),
      anArm(rules, 'poor', clicks(10, 100)),
    ];
    const all = selectionProbabilities({ rules, arms, atMs: 0 });
    expect([all[0], all[1]]).toEqual([0.05, 0]);
    expect(all[2]).toBeCloseTo(0.9, 8);
    expect(sumOf(all)).toBeCloseTo(1, 14);
    const some = selectionProbabilities({ rules, arms, atMs: 0, eligible: ['poor', 'best'] });
    expect(Array.from(some)).toEqual([0.05, 0, 0, expect.closeTo(0.95, 12)]);
  });

  it('have somebody even where every eligible arm is restrained', () => {
    const rules = aPolicy('thompson_beta', { explorationFloor: 0.05 });
    const arms = ['a', 'b'].map((name) => anArm(rules, name, [], { status: 'restrained' }));
    expect(Array.from(selectionProbabilities({ rules, arms, atMs: 0 }))).toEqual([0.5, 0.5]);
  });

  it('leave the beliefs of the others as they are when an arm is added or retired', () => {
    const rules = aPolicy('thompson_beta');
    const [a, b] = [anArm(rules, 'a', clicks(5, 10)), anArm(rules, 'b', clicks(6, 10))];
    const before = selectionProbabilities({ rules, arms: [a, b], atMs: 0 });
    const between = selectionProbabilities({ rules, arms: [a, b, anArm(rules, 'c')], atMs: 0 });
    expect(between[2]).toBeGreaterThan(0.2);
    const after = selectionProbabilities({ rules, arms: [a, b, { ...anArm(rules, 'c'), status: 'retired' }], atMs: 0 });
    expect(Array.from(after)).toEqual([...before, 0]);
  });

  it('begin with what is believed beforehand', () => {
    const priors = { warm: { mean: 0.3, weight: 200 }, cold: { mean: 0.1, weight: 200 } };
    const rules = aPolicy('thompson_beta', { priors });
    const arms = ['warm', 'cold'].map((name) => anArm(rules, name));
    expect(selectionProbabilities({ rules, arms, atMs: 0 })[0]).toBeGreaterThan(0.999);
  });

  it('refuse arms that there are not, and to choose among none', () => {
    const rules = aPolicy('softmax');
    const arms = [anArm(rules, 'a', [], { status: 'retired' })];
    expect(() => selectionProbabilities({ rules, arms, atMs: 0, eligible: ['z'] })).toThrow(/does not have: z/);
    expect(() => selectionProbabilities({ rules, arms, atMs: 0 })).toThrow(
      expect.objectContaining({ code: 'failed_precondition.no_arm' }),
    );
  });

  it('do not depend on whether beliefs were followed step by step or come from the log', () => {
    const rules = aPolicy('linear_thompson');
    const random = seededRandom(9);
    let live = [emptyArmState(rules, 'a'), emptyArmState(rules, 'b')];
    const request = () => ({
      rules,
      arms: live.map((state) => ({ state, status: 'active' as const })),
      context: CONTEXT,
      atMs: 0,
    });
    for (let round = 0; round < 200; round++) {
      // asking keeps the inverse, observing moves it on
      selectionProbabilities(request());
      const observed = { decidedAtMs: 0, context: [random(), random()], reward: random() };
      live = live.map((state, arm) => (arm === round % 2 ? observeReward(rules, state, observed) : state));
    }
    const followed = selectionProbabilities(request());
    live = live.map((state) => ({ ...state }));
    const anew = selectionProbabilities(request());
    for (const [arm, probability] of anew.entries()) expect(followed[arm]).toBeCloseTo(probability, 11);
  });
});

/** Lower factor of a small matrix. */
function choleskyOf(matrix: Float64Array, d: number): number[][] {
  const lower: number[][] = Array.from({ length: d }, () => new Array<number>(d).fill(0));
  for (let row = 0; row < d; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * d + column]!;
      for (let k = 0; k < column; k++) sum -= lower[row]![k]! * lower[column]![k]!;
      lower[row]![column] = row === column ? Math.sqrt(sum) : sum / lower[column]![column]!;
    }
  }
  return lower;
}
