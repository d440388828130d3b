// The algorithms of the text books, written plainly and without the library: yardsticks for bandit-regret.bench.ts.
import { seededNormal, seededUniform } from '@attune/kernels';
import type { World } from './bandit-worlds.ts';

/** Chooses and learns. */
export interface Learner {
  choose(context: readonly number[]): number;
  learn(arm: number, context: readonly number[], reward: number): void;
}

/** What the plain learners are told; the library's settings have the same names. */
export interface LearnerSettings {
  readonly epsilon?: number;
  readonly temperature?: number;
  readonly annealSelections?: number;
  readonly alpha?: number;
  readonly noise?: number;
}

type MakeLearner = (world: World, settings: LearnerSettings, seed: number) => Learner;

/** Counts and sums of each arm. */
class Tally {
  readonly counts: number[];
  readonly sums: number[];
  readonly squares: number[];
  total = 0;

  constructor(arms: number) {
    [this.counts, this.sums, this.squares] = [0, 1, 2].map(() => new Array<number>(arms).fill(0)) as [
      number[],
      number[],
      number[],
    ];
  }

  readonly learn = (arm: number, _context: readonly number[], reward: number): void => {
    this.total++;
    this.counts[arm]!++;
    this.sums[arm]! += reward;
    this.squares[arm]! += reward * reward;
  };

  /** Means with one observation of 0 added, as the library's prior has it. */
  means(): number[] {
    return this.counts.map((count, arm) => this.sums[arm]! / (count + 1));
  }
}

/** Thompson 1933; Chapelle and Li 2011, Alg. 2: draws a rate of each arm from its Beta posterior. */
const thompsonBeta: MakeLearner = ({ arms }, _settings, seed) => {
  const draw = drawsOf(seed);
  const tally = new Tally(arms);
  const choose = () =>
    bestOf(
      tally.counts.map((count, arm) => {
        const x = draw.gamma(1 + tally.sums[arm]!);
        return x / (x + draw.gamma(1 + count - tally.sums[arm]!));
      }),
      draw.uniform,
    );
  return { choose, learn: tally.learn };
};

/** Draws variance and mean of each arm from the normal-inverse-gamma posterior: prior mean 0 worth 1, variance noise^2 worth 4. */
const thompsonGaussian: MakeLearner = ({ arms }, { noise = 1 }, seed) => {
  const draw = drawsOf(seed);
  const tally = new Tally(arms);
  const choose = () =>
    bestOf(
      tally.counts.map((n, arm) => {
        const mean = tally.sums[arm]! / (n + 1);
        const spread = 4 * noise * noise + tally.squares[arm]! - (n + 1) * mean * mean;
        const variance = spread / 2 / draw.gamma((4 + n) / 2);
        return mean + draw.normal() * Math.sqrt(variance / (n + 1));
      }),
      draw.uniform,
    );
  return { choose, learn: tally.learn };
};

/** Sutton and Barto 2018, section 2.4; epsilon falls as n0 / (n0 + n). */
const epsilonGreedy: MakeLearner = ({ arms }, { epsilon = 0.1, annealSelections: n0 }, seed) => {
  const { uniform } = drawsOf(seed);
  const tally = new Tally(arms);
  const choose = () => {
    const share = n0 === undefined ? epsilon : (epsilon * n0) / (n0 + tally.total);
    return uniform() < share ? Math.floor(uniform() * arms) : bestOf(tally.means(), uniform);
  };
  return { choose, learn: tally.learn };
};

/** Sutton and Barto 2018, section 2.8 on values; the temperature falls as sqrt(n0 / (n0 + n)). */
const softmax: MakeLearner = ({ arms }, { temperature = 0.1, annealSelections: n0 }, seed) => {
  const { uniform } = drawsOf(seed);
  const tally = new Tally(arms);
  const choose = () => {
    const heat = n0 === undefined ? temperature : temperature * Math.sqrt(n0 / (n0 + tally.total));
    const weights = tally.means().map((mean) => Math.exp(mean / heat));
    let left = uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    for (let arm = 0; arm < arms; arm++) {
      left -= weights[arm]!;
      if (left < 0) return arm;
    }
    return arms - 1;
  };
  return { choose, learn: tally.learn };
};

/** Li et al. 2010, Alg. 1 (disjoint arms), with A inverted anew in every round. */
const linUcb: MakeLearner = (world, { alpha = 1 }, seed) => {
  const { uniform } = drawsOf(seed);
  const arms = linearArms(world);
  const choose = (context: readonly number[]) => {
    const x = [1, ...context];
    const scores = arms.map(({ a, b }) => {
      const inverse = inverted(a);
      const theta = times(inverse, b);
      return dot(theta, x) + alpha * Math.sqrt(dot(x, times(inverse, x)));
    });
    return bestOf(scores, uniform);
  };
  return { choose, learn: learnInto(arms) };
};

/** Agrawal and Goyal 2013, Alg. 1 for disjoint arms: draws whole vectors of coefficients. */
const linearThompson: MakeLearner = (world, { noise = 1 }, seed) => {
  const draw = drawsOf(seed);
  const arms = linearArms(world);
  const choose = (context: readonly number[]) => {
    const x = [1, ...context];
    const scores = arms.map(({ a, b }) => {
      const inverse = inverted(a);
      const root = cholesky(inverse);
      const normals = x.map(() => draw.normal());
      const theta = times(inverse, b).map((mean, row) => mean + noise * dot(root[row]!, normals));
      return dot(theta, x);
    });
    return bestOf(scores, draw.uniform);
  };
  return { choose, learn: learnInto(arms) };
};

/** By the name of the library's kind. */
export const REFERENCES: Readonly<Record<string, MakeLearner>> = {
  thompson_beta: thompsonBeta,
  thompson_gaussian: thompsonGaussian,
  epsilon_greedy: epsilonGreedy,
  softmax,
  linucb: linUcb,
  linear_thompson: linearThompson,
};

interface LinearArm {
  /** I + sum of x x'. */
  readonly a: number[][];
  readonly b: number[];
}

function linearArms({ arms, contextNames }: World): LinearArm[] {
  const d = contextNames.length + 1;
  const unit = () => Array.from({ length: d }, (_, row) => Array.from({ length: d }, (_, at) => (at === row ? 1 : 0)));
  return Array.from({ length: arms }, () => ({ a: unit(), b: new Array<number>(d).fill(0) }));
}

function learnInto(arms: readonly LinearArm[]): Learner['learn'] {
  return (arm, context, reward) => {
    const x = [1, ...context];
    const { a, b } = arms[arm]!;
    for (const [row, value] of x.entries()) {
      b[row]! += reward * value;
      for (const [column, other] of x.entries()) a[row]![column]! += value * other;
    }
  };
}

function drawsOf(seed: number) {
  const uniform = seededUniform(seed);
  const normal = seededNormal(seed + 500_000);
  /** Marsaglia and Tsang 2000, for shapes of at least 1. */
  const gamma = (shape: number): number => {
    const d = shape - 1 / 3;
    for (;;) {
      const z = normal();
      const v = (1 + z / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return { uniform, normal, gamma };
}

function bestOf(scores: readonly number[], uniform: () => number): number {
  const best = Math.max(...scores);
  const tied = scores.flatMap((score, arm) => (score === best ? [arm] : []));
  return tied.length === 1 ? tied[0]! : tied[Math.floor(uniform() * tied.length)]!;
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
const times = (matrix: readonly number[][], x: readonly number[]) => matrix.map((row) => dot(row, x));

/** Gauss and Jordan. */
function inverted(matrix: readonly number[][]): number[][] {
  const d = matrix.length;
  const rows = matrix.map((row, at) => [...row, ...row.map((_, other) => (other === at ? 1 : 0))]);
  for (let pivot = 0; pivot < d; pivot++) {
    const scale = rows[pivot]![pivot]!;
    rows[pivot] = rows[pivot]!.map((value) => value / scale);
    for (let row = 0; row < d; row++) {
      const factor = rows[row]![pivot]!;
      if (row !== pivot) rows[row] = rows[row]!.map((value, at) => value - factor * rows[pivot]![at]!);
    }
  }
  return rows.map((row) => row.slice(d));
}

function cholesky(matrix: readonly number[][]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  for (const [row, values] of matrix.entries()) {
    for (let column = 0; column <= row; column++) {
      const rest = values[column]! - dot(lower[row]!.slice(0, column), lower[column]!.slice(0, column));
      lower[row]![column] = row === column ? Math.sqrt(rest) : rest / lower[column]![column]!;
    }
  }
  return lower;
}
