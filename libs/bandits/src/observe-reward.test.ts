import { seededRandom } from '@attune/testkit';
import { aPolicy } from '../tests/policies';
import { type ArmState, emptyArmState } from './arm-state';
import { encodeArmStates } from './arm-state-bytes';
import { correctReward, observeReward, observeSelection, type RewardObservation } from './observe-reward';
import { POLICY_KINDS } from './policy-rules';
import { selectionProbabilities } from './selection-probabilities';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 1);

function observations(count: number): RewardObservation[] {
  const random = seededRandom(5);
  return Array.from({ length: count }, () => ({
    // two years of hours, so that the landmark moves many times
    decidedAtMs: NOW_MS - Math.floor(random() * 17_000) * HOUR_MS,
    context: [random(), 2 * random() - 1],
    reward: random() < 0.3 ? 1 : 0,
  }));
}

function numbersOf(state: ArmState): number[] {
  const { weight, rewardSum, squareSum, gram, moment } = state;
  return [weight, rewardSum, squareSum, ...gram, ...moment];
}

describe('observing rewards', () => {
  it.each(POLICY_KINDS)('comes to the same in any order, with a half-life, for %s', (kind) => {
    const rules = aPolicy(kind, { settings: { halfLifeHours: 24 } });
    const fold = (all: readonly RewardObservation[]) =>
      all.reduce((state, one) => observeReward(rules, state, one), emptyArmState(rules, 'a'));
    const all = observations(300);
    const forth = fold(all);
    const back = fold(all.toReversed());
    const byTime = fold(all.toSorted((a, b) => a.decidedAtMs - b.decidedAtMs));
    expect(back.landmarkMs).toBe(forth.landmarkMs);
    for (const other of [back, byTime]) {
      for (const [at, value] of numbersOf(other).entries()) {
        const expected = numbersOf(forth)[at]!;
        // 300 additions round by 1e-16 each
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-11 * (Math.abs(forth.weight) + Math.abs(expected)));
      }
    }
  });

  it('has the same bytes when the same sequence is folded again', () => {
    const rules = aPolicy('linear_thompson', { settings: { halfLifeHours: 6 } });
    const fold = () =>
      observations(200).reduce((state, one) => observeReward(rules, state, one), emptyArmState(rules, 'a'));
    expect(encodeArmStates([fold()])).toEqual(encodeArmStates([fold()]));
  });

  it.each(POLICY_KINDS)('puts a late reward in the place of the assumed nothing, for %s', (kind) => {
    const rules = aPolicy(kind, { settings: { halfLifeHours: 48 } });
    const decision = { decidedAtMs: NOW_MS, context: [0.5, -1] };
    const empty = emptyArmState(rules, 'a');
    const assumed = observeReward(rules, empty, { ...decision, reward: 0, isAssumed: true });
    expect(assumed).toMatchObject({ outcomeCount: 1, rewardCount: 0 });
    const corrected = correctReward(rules, assumed, { ...decision, fromReward: 0, toReward: 1 });
    expect(corrected).toEqual(observeReward(rules, empty, { ...decision, reward: 1 }));
  });

  it('keeps the count of rewards where one reward grows by another within the window', () => {
    const rules = aPolicy('thompson_gaussian');
    const first = observeReward(rules, emptyArmState(rules, 'a'), { decidedAtMs: 0, reward: 2 });
    const second = correctReward(rules, first, { decidedAtMs: 0, fromReward: 2, toReward: 5, wasAssumed: false });
    expect(second).toMatchObject({ rewardCount: 1, outcomeCount: 1, rewardSum: 5, squareSum: 25 });
  });

  it('corrects an old decision by its old weight, after the landmark has moved on', () => {
    const rules = aPolicy('thompson_beta', { settings: { halfLifeHours: 1 } });
    const decidedAtMs = NOW_MS - 100 * HOUR_MS;
    const empty = emptyArmState(rules, 'a');
    const later = { decidedAtMs: NOW_MS, reward: 1 };
    const assumed = observeReward(rules, empty, { decidedAtMs, reward: 0, isAssumed: true });
    const corrected = correctReward(rules, observeReward(rules, assumed, later), {
      decidedAtMs,
      fromReward: 0,
      toReward: 1,
    });
    const straight = observeReward(rules, observeReward(rules, empty, { decidedAtMs, reward: 1 }), later);
    expect(corrected.rewardSum).toBeCloseTo(straight.rewardSum, 14);
    expect(corrected.weight).toBe(straight.weight);
  });

  it('halves what an observation is worth in a half-life', () => {
    const rules = aPolicy('softmax', { settings: { halfLifeHours: 10, temperature: 1 } });
    const arms = ['old', 'new'].map((name, at) => ({
      state: observeReward(rules, emptyArmState(rules, name), { decidedAtMs: NOW_MS + at * 10 * HOUR_MS, reward: 3 }),
      status: 'active' as const,
    }));
    const [old, fresh] = selectionProbabilities({ rules, arms, atMs: NOW_MS + 10 * HOUR_MS });
    // the prior is one observation of 0: means of 3 / 2 and 1.5 / 1.5
    expect(fresh! / old!).toBeCloseTo(Math.exp(0.5), 10);
  });

  it('counts selections beside outcomes', () => {
    const state = observeSelection(observeSelection(emptyArmState(aPolicy('linucb'), 'a')));
    expect(state).toMatchObject({ selectionCount: 2, outcomeCount: 0 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1.5])(
    'refuses the reward %d for clicks and leaves the state',
    (reward) => {
      const rules = aPolicy('thompson_beta');
      const state = Object.freeze(emptyArmState(rules, 'a'));
      expect(() => observeReward(rules, state, { decidedAtMs: 0, reward })).toThrow(
        expect.objectContaining({ code: 'invalid.reward' }),
      );
    },
  );

  it.each([[undefined], [[1]], [[1, 2, 3]], [[1, Number.NaN]]])('refuses the context %j', (context) => {
    const rules = aPolicy('linucb');
    expect(() => observeReward(rules, emptyArmState(rules, 'a'), { decidedAtMs: 0, reward: 1, context })).toThrow(
      expect.objectContaining({ code: 'invalid.context' }),
    );
  });
});
