import { seededRandom } from '@attune/testkit';
import {
  type ArmState,
  emptyArmState,
  observeReward,
  observeSelection,
  type PolicyKind,
  selectArm,
} from '../src/index';
import { aPolicy } from './policies';

const SLOPES = [
  [0.3, 0.25],
  [0.3, -0.25],
  [0.32, 0],
];

/** Regret of the first and of the second half of a life: arms whose click rates cross as the context goes from -1 to 1. */
function halves(
  kind: PolicyKind,
  settings: object,
  { seed, rounds }: { seed: number; rounds: number },
): [number, number] {
  const contextNames = kind.startsWith('lin') ? ['x'] : [];
  const rules = aPolicy(kind, { settings, explorationFloor: 0.002, contextNames });
  const random = seededRandom(seed);
  let states: ArmState[] = SLOPES.map((_, arm) => emptyArmState(rules, `arm${arm}`));
  const regret: [number, number] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    // kinds without a context live where it is always the same
    const context = [kind.startsWith('lin') ? 2 * random() - 1 : 0.6];
    const rates = SLOPES.map(([bias, slope]) => bias! + slope! * context[0]!);
    const arms = states.map((state) => ({ state, status: 'active' as const }));
    const { armIndex } = selectArm({ rules, arms, context, atMs: 0, random });
    const reward = random() < rates[armIndex]! ? 1 : 0;
    regret[round < rounds / 2 ? 0 : 1] += Math.max(...rates) - rates[armIndex]!;
    states = states.map((state, arm) =>
      arm === armIndex ? observeReward(rules, observeSelection(state), { decidedAtMs: 0, context, reward }) : state,
    );
  }
  return regret;
}

describe('the regret of a policy', () => {
  it.each<[PolicyKind, object]>([
    ['thompson_beta', {}],
    ['thompson_gaussian', { noise: 0.5 }],
    ['linucb', { alpha: 1 }],
    ['linear_thompson', { noise: 0.4 }],
    ['epsilon_greedy', { epsilon: 1, annealSelections: 30 }],
    ['softmax', { temperature: 0.3, annealSelections: 20 }],
  ])('grows slower and slower with %s', (kind, settings) => {
    let [first, second] = [0, 0];
    const [seeds, rounds] = [6, 1_000];
    for (let seed = 1; seed <= seeds; seed++) {
      const [early, late] = halves(kind, settings, { seed, rounds });
      [first, second] = [first + early, second + late];
    }
    // linear regret would be as large in the second half; choosing by lot loses 0.1 and more in every round
    expect(second).toBeLessThan(0.75 * first);
    expect(first + second).toBeLessThan(0.06 * seeds * rounds);
  });
});
