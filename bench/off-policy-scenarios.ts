// Simulated logs whose truth is known: for off-policy.bench.ts.
import type { LoggedDecisions, TargetProbabilities } from '@attune/bandits';
import { seededNormal, seededUniform } from '@attune/kernels';

/** A world with contexts of signs, a policy that writes logs and one that is asked for. */
export interface Scenario {
  readonly name: string;
  readonly rows: number;
  /** The value of the target policy, reward units. */
  readonly truth: number;
  draw(seed: number): { readonly log: LoggedDecisions; readonly target: TargetProbabilities };
}

interface ScenarioPlan {
  readonly name: string;
  readonly actions: number;
  readonly rows: number;
  /** How many signs a context has; 2^n contexts in all. */
  readonly contextLength: number;
  /** The probability of a reward, by action and context. */
  readonly rate: (action: number, signs: readonly number[]) => number;
  /** Logarithms of what both policies choose in proportion to. */
  readonly logged: (action: number, signs: readonly number[]) => number;
  readonly target: (action: number, signs: readonly number[]) => number;
  /** Deviation of the logarithm of an amount whose mean is 1; 0 for clicks. */
  readonly amountDeviation?: number;
}

/** A number from -1 to 1 that belongs to a pair, the same in every run. */
const wobble = (a: number, b: number) => Math.sin(12.9898 * (a + 1) + 78.233 * (b + 1));
const lean = (action: number, signs: readonly number[], scale: number) =>
  signs.reduce((sum, sign, at) => sum + scale * sign * wobble(action, at + 3), 0);
const evenly = () => 0;

const PLANS: readonly ScenarioPlan[] = [
  {
    name: 'easy: 10 actions, clicks of 10 to 50 %',
    actions: 10,
    rows: 2_000,
    contextLength: 0,
    rate: (action) => 0.3 + 0.2 * wobble(action, 0),
    logged: (action) => 0.7 * wobble(action, 1),
    target: evenly,
  },
  {
    name: 'contextual: both policies look at 3 signs',
    actions: 8,
    rows: 3_000,
    contextLength: 3,
    rate: (action, signs) => 0.3 + 0.08 * wobble(action, 0) + lean(action, signs, 0.06),
    logged: (action, signs) => lean(action, signs, -0.4),
    target: (action, signs) => lean(action, signs, 0.6),
  },
  {
    name: 'rare: clicks of 0.3 to 1.3 %',
    actions: 10,
    rows: 10_000,
    contextLength: 0,
    rate: (action) => 0.008 + 0.005 * wobble(action, 0),
    logged: (action) => 0.7 * wobble(action, 1),
    target: evenly,
  },
  {
    name: 'skewed: 20 actions, propensities of 0.25 down to 0.002',
    actions: 20,
    rows: 5_000,
    contextLength: 0,
    rate: (action) => 0.12 + 0.08 * wobble(action, 0),
    logged: (action) => -0.25 * action,
    target: evenly,
  },
  {
    name: 'skewed and rare: 34 actions, clicks of 0.5 %, weights to 3',
    actions: 34,
    rows: 10_000,
    contextLength: 0,
    rate: (action) => 0.005 + 0.003 * wobble(action, 0),
    logged: (action) => -0.06 * action,
    target: evenly,
  },
  {
    name: 'more skewed and rare: 34 actions, clicks of 0.5 %, weights to 7',
    actions: 34,
    rows: 10_000,
    contextLength: 0,
    rate: (action) => 0.005 + 0.003 * wobble(action, 0),
    logged: (action) => -0.09 * action,
    target: evenly,
  },
  {
    name: 'very skewed and rare: 34 actions, clicks of 0.5 %, weights to 18',
    actions: 34,
    rows: 10_000,
    contextLength: 0,
    rate: (action) => 0.005 + 0.003 * wobble(action, 0),
    logged: (action) => -0.13 * action,
    target: evenly,
  },
  {
    name: 'too skewed and rare: 34 actions, clicks of 0.5 %, weights to 120',
    actions: 34,
    rows: 10_000,
    contextLength: 0,
    rate: (action) => 0.005 + 0.003 * wobble(action, 0),
    logged: (action) => -0.2 * action,
    target: evenly,
  },
  {
    name: 'hardly logged: 3 of 12 actions, 0.3 % of the target choices',
    actions: 12,
    rows: 4_000,
    contextLength: 0,
    rate: (action) => 0.4 + 0.3 * wobble(action, 0),
    logged: (action) => (action < 3 ? -8.5 : 0.7 * wobble(action, 1)),
    target: (action) => (action < 3 ? -4.7 : 0),
  },
  {
    name: 'amounts: 20 % pay, log-normal with deviation 1',
    actions: 10,
    rows: 5_000,
    contextLength: 0,
    rate: (action) => 0.2 + 0.15 * wobble(action, 0),
    logged: (action) => 0.7 * wobble(action, 1),
    target: evenly,
    amountDeviation: 1,
  },
  {
    name: 'no support: one of 10 actions is never logged',
    actions: 10,
    rows: 2_000,
    contextLength: 0,
    rate: (action) => 0.3 + 0.2 * wobble(action, 0),
    logged: (action) => (action === 4 ? Number.NEGATIVE_INFINITY : 0),
    target: evenly,
  },
];

/** Every scenario. */
export const SCENARIOS: readonly Scenario[] = PLANS.map(scenarioOf);

function scenarioOf(plan: ScenarioPlan): Scenario {
  const { name, rows, actions, contextLength } = plan;
  const contexts = Array.from({ length: 2 ** contextLength }, (_, code) =>
    Array.from({ length: contextLength }, (_, at) => ((code >> at) & 1 ? 1 : -1)),
  );
  const tables = contexts.map((signs) => ({
    signs,
    logged: softmax(actions, (action) => plan.logged(action, signs)),
    target: softmax(actions, (action) => plan.target(action, signs)),
    rates: Float64Array.from({ length: actions }, (_, action) => plan.rate(action, signs)),
  }));
  const values = tables.map(({ target, rates }) => target.reduce((sum, p, action) => sum + p * rates[action]!, 0));
  return {
    name,
    rows,
    truth: values.reduce((sum, value) => sum + value, 0) / values.length,
    draw: (seed) => drawLog(plan, tables, seed),
  };
}

function softmax(actions: number, logit: (action: number) => number): Float64Array {
  const weights = Float64Array.from({ length: actions }, (_, action) => Math.exp(logit(action)));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

interface Table {
  readonly signs: readonly number[];
  readonly logged: Float64Array;
  readonly target: Float64Array;
  readonly rates: Float64Array;
}

function drawLog(
  { actions: actionCount, rows, contextLength, amountDeviation = 0 }: ScenarioPlan,
  tables: readonly Table[],
  seed: number,
): { log: LoggedDecisions; target: TargetProbabilities } {
  const random = seededUniform(seed);
  const normal = seededNormal(seed + 1_000_000);
  const actions = new Int32Array(rows);
  const [propensities, rewards] = [new Float64Array(rows), new Float64Array(rows)];
  const contexts = new Float64Array(rows * contextLength);
  const targets = new Array<Float64Array>(rows);
  for (let row = 0; row < rows; row++) {
    const table = tables[Math.floor(random() * tables.length)]!;
    const action = drawFrom(table.logged, random());
    actions[row] = action;
    propensities[row] = table.logged[action]!;
    const amount = amountDeviation > 0 ? Math.exp(amountDeviation * normal() - amountDeviation ** 2 / 2) : 1;
    rewards[row] = random() < table.rates[action]! ? amount : 0;
    contexts.set(table.signs, row * contextLength);
    targets[row] = table.target;
  }
  return { log: { actionCount, actions, propensities, rewards, contexts }, target: (row) => targets[row]! };
}

function drawFrom(probabilities: Float64Array, uniform: number): number {
  let sum = 0;
  const found = probabilities.findIndex((probability) => uniform < (sum += probability));
  return found < 0 ? probabilities.length - 1 : found;
}
