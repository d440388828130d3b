// Cumulative regret of every kind of policy in worlds whose best arm is known, beside plain text-book implementations (not of this
// library) that live the same lives: the ratio of the final regrets, and the slope of the regret on doubly logarithmic axes, which is below
// 1 where it is sublinear. Writes docs/images/regret.svg. Run after a build: node bench/bandit-regret.bench.ts [seeds] [rounds]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ArmState,
  emptyArmState,
  observeReward,
  observeSelection,
  type PolicyKind,
  type PolicyRules,
  parsePolicySettings,
  selectArm,
} from '@attune/bandits';
import { seededUniform } from '@attune/kernels';
import { type Learner, type LearnerSettings, REFERENCES } from './bandit-references.ts';
import { CONTEXT_WORLD, Life, PLAIN_WORLD, type World } from './bandit-worlds.ts';
import { regretPlot } from './regret-plot.ts';

const seeds = Number(process.argv[2] ?? 300);
const rounds = Number(process.argv[3] ?? 4_000);

interface Contest {
  readonly label: string;
  readonly kind: PolicyKind;
  readonly world: World;
  readonly settings: LearnerSettings;
}

const CONTESTS: readonly Contest[] = [
  { label: 'Thompson (Beta)', kind: 'thompson_beta', world: PLAIN_WORLD, settings: {} },
  { label: 'Thompson (Gaussian)', kind: 'thompson_gaussian', world: PLAIN_WORLD, settings: { noise: 0.5 } },
  {
    label: 'epsilon-greedy, annealed',
    kind: 'epsilon_greedy',
    world: PLAIN_WORLD,
    settings: { epsilon: 1, annealSelections: 100 },
  },
  { label: 'epsilon-greedy, constant', kind: 'epsilon_greedy', world: PLAIN_WORLD, settings: { epsilon: 0.1 } },
  {
    label: 'softmax, annealed',
    kind: 'softmax',
    world: PLAIN_WORLD,
    settings: { temperature: 0.3, annealSelections: 50 },
  },
  { label: 'LinUCB', kind: 'linucb', world: CONTEXT_WORLD, settings: { alpha: 1 } },
  { label: 'linear Thompson', kind: 'linear_thompson', world: CONTEXT_WORLD, settings: { noise: 0.4 } },
];

/** The library's policy as a learner. */
function ours({ kind, world, settings }: Contest, seed: number): Learner {
  const random = seededUniform(seed);
  const { contextNames } = world;
  // without a floor, as the text books have it
  const rules: PolicyRules = {
    kind,
    explorationFloor: 0,
    contextNames,
    settings: parsePolicySettings(kind, settings),
    priors: {},
  };
  const states: ArmState[] = Array.from({ length: world.arms }, (_, arm) => emptyArmState(rules, `arm${arm}`));
  return {
    choose: (context) => {
      const arms = states.map((state) => ({ state, status: 'active' as const }));
      const { armIndex } = selectArm({ rules, arms, context, atMs: 0, random });
      states[armIndex] = observeSelection(states[armIndex]!);
      return armIndex;
    },
    learn: (arm, context, reward) => {
      states[arm] = observeReward(rules, states[arm]!, { decidedAtMs: 0, context, reward });
    },
  };
}

/** [rounds]: the regret so far. */
function live(learner: Learner, life: Life): Float64Array {
  let sum = 0;
  return Float64Array.from({ length: rounds }, () => {
    const context = life.nextContext();
    const arm = learner.choose(context);
    const { reward, regret } = life.pull(arm, context);
    learner.learn(arm, context, reward);
    return (sum += regret);
  });
}

function compare(contest: Contest) {
  const { label, kind, world, settings } = contest;
  const [ourMean, theirMean] = [new Float64Array(rounds), new Float64Array(rounds)];
  const finals: [ours: number, theirs: number][] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const our = live(ours(contest, 7 * seed), new Life(world, seed));
    const their = live(REFERENCES[kind]!(world, settings, 7 * seed + 3), new Life(world, seed));
    for (let round = 0; round < rounds; round++) {
      ourMean[round]! += our[round]! / seeds;
      theirMean[round]! += their[round]! / seeds;
    }
    finals.push([our[rounds - 1]!, their[rounds - 1]!]);
  }
  const { ratio, error } = ratioOf(finals);
  console.log(`${label}: ${ourMean[rounds - 1]!.toFixed(1)} and ${theirMean[rounds - 1]!.toFixed(1)}`);
  const firstHalf = ourMean[rounds / 2 - 1]!;
  const row = {
    algorithm: label,
    regret: Number(ourMean[rounds - 1]!.toFixed(2)),
    reference: Number(theirMean[rounds - 1]!.toFixed(2)),
    ratio: Number(ratio.toFixed(3)),
    'ratio, standard error': Number(error.toFixed(3)),
    'second half / first': Number(((ourMean[rounds - 1]! - firstHalf) / firstHalf).toFixed(3)),
    slope: Number(slopeOf(ourMean).toFixed(3)),
  };
  return { row, world: world.name, ourMean, theirMean };
}

/** Mean of ours over mean of theirs, with the standard error of that ratio (delta method, paired by life). */
function ratioOf(finals: readonly (readonly [number, number])[]): { ratio: number; error: number } {
  const n = finals.length;
  const [our, their] = [0, 1].map((side) => finals.reduce((sum, pair) => sum + pair[side]!, 0) / n) as [number, number];
  const ratio = our / their;
  const squares = finals.reduce((sum, [a, b]) => sum + (a - ratio * b) ** 2, 0);
  return { ratio, error: Math.sqrt(squares / (n - 1) / n) / their };
}

/** The slope of log regret over log round, by least squares from a tenth of the rounds on. */
function slopeOf(regret: Float64Array): number {
  const points = Array.from(regret.subarray(Math.floor(rounds / 10)), (value, at) => [
    Math.log(Math.floor(rounds / 10) + at + 1),
    Math.log(value),
  ]) as [number, number][];
  const [x, y] = [0, 1].map((side) => points.reduce((sum, point) => sum + point[side]!, 0) / points.length) as [
    number,
    number,
  ];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

const results = CONTESTS.map(compare);
console.table(results.map(({ row }) => row));
const folder = join(import.meta.dirname, 'results');
const images = join(import.meta.dirname, '..', 'docs', 'images');
for (const path of [folder, images]) mkdirSync(path, { recursive: true });
const rows = results.map(({ row }) => row);
writeFileSync(join(folder, 'bandit-regret.json'), `${JSON.stringify({ seeds, rounds, rows }, null, 2)}\n`);
const panels = [PLAIN_WORLD, CONTEXT_WORLD].map(({ name }) => ({
  title: name,
  lines: results
    .filter(({ world }) => world === name)
    .map(({ row, ourMean, theirMean }) => ({ label: row.algorithm, values: ourMean, reference: theirMean })),
}));
writeFileSync(join(images, 'regret.svg'), regretPlot(panels));
