// Worlds whose best arm is known: for bandit-regret.bench.ts.
import { seededUniform } from '@attune/kernels';

/** A world of clicks. */
export interface World {
  readonly name: string;
  readonly arms: number;
  /** Names of the context's components; none where choices do not depend on one. */
  readonly contextNames: readonly string[];
  /** The probability of a click. */
  rate(arm: number, context: readonly number[]): number;
}

const RATES = [0.1, 0.14, 0.18, 0.22, 0.32];
/** [arm]: bias and slopes, such that every context has another best arm. */
const SLOPES = [
  [0.35, 0.15, 0, 0],
  [0.35, -0.15, 0.05, 0],
  [0.38, 0, -0.12, 0.1],
  [0.3, 0, 0.1, -0.15],
] as const;

/** Five arms whose rates differ, the same for everybody. */
export const PLAIN_WORLD: World = {
  name: 'five arms, the same for everybody',
  arms: RATES.length,
  contextNames: [],
  rate: (arm) => RATES[arm]!,
};

/** Four arms whose rates are linear in three numbers from -1 to 1. */
export const CONTEXT_WORLD: World = {
  name: 'four arms, linear in a context of three numbers',
  arms: SLOPES.length,
  contextNames: ['tempo', 'mood', 'hour'],
  rate: (arm, [x = 0, y = 0, z = 0]) => {
    const [bias, a, b, c] = SLOPES[arm]!;
    return bias + a * x + b * y + c * z;
  },
};

/** One life in a world: contexts and luck are the same for whoever lives it, so that two learners differ by what they choose alone. */
export class Life {
  readonly #world: World;
  readonly #contexts: () => number;
  /** The luck of each pull of an arm, in the order of its pulls. */
  readonly #luck: readonly (() => number)[];

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#contexts = seededUniform(1_000_003 * seed);
    this.#luck = Array.from({ length: world.arms }, (_, arm) => seededUniform(1_000_003 * seed + 1 + arm));
  }

  nextContext(): readonly number[] {
    return this.#world.contextNames.map(() => 2 * this.#contexts() - 1);
  }

  /** 1 for a click, and what the best arm would have earned more on average. */
  pull(arm: number, context: readonly number[]): { readonly reward: number; readonly regret: number } {
    const rates = Array.from({ length: this.#world.arms }, (_, other) => this.#world.rate(other, context));
    const reward = this.#luck[arm]!() < rates[arm]! ? 1 : 0;
    return { reward, regret: Math.max(...rates) - rates[arm]! };
  }
}
