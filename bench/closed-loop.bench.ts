// The closed loop: simulated people use a whole fleet, half of them by its rules, half by a bandit over its strategies; an experiment
// measures who clicks more, says so and stops by itself. One fleet, world and experiment per seed, with PostgreSQL and Redis of its own.
// Run after a build: node bench/closed-loop.bench.ts [seeds, 20] [slates per seed, 600] [seeds at once, 1] [built-in|interest]
// The last one says by which weights the rules rank: those of the fleet, or those that suit this world best.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimateInterval, estimateOfMean, momentsOf } from '@attune/statistics';
import { type Race, race } from './closed-loop/race.ts';
import { loadWorld, makeWorld, startClosedLoop, trainModels } from './closed-loop/world.ts';

const [seeds = 20, slates = 600, lanes = 1] = process.argv.slice(2, 5).map(Number);
const baseline = process.argv[5] === 'interest' ? 'interest' : 'built-in';
const WORLD = { users: 200, items: 800, days: 90, interactionsPerUser: 100 };
/** What the arms need: the first run's models, and the one that it leaves for later. */
const MODELS = ['popularity', 'als', 'content', 'neural_cf'];
const [GOAL, CONFIDENCE] = [0.15, 0.99];

type SeedResult = Race & { readonly seed: number; readonly readySeconds: number; readonly seconds: number };

async function measure(seed: number): Promise<SeedResult> {
  const begin = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  try {
    await using fleet = await startClosedLoop(folder, `loop${process.pid}x${seed}`);
    const world = makeWorld(seed, WORLD);
    await loadWorld(fleet, world);
    await trainModels(fleet, MODELS);
    const ready = (performance.now() - begin) / 1_000;
    const result = await race(fleet, world, { seed, slates, baseline });
    return { seed, ...result, readySeconds: ready, seconds: (performance.now() - begin) / 1_000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const asRow = ({ seed, rules, bandit, ...one }: SeedResult) => ({
  seed,
  'rules: slates with a click': percent(rules.clickRate),
  'bandit: slates with a click': percent(bandit.clickRate),
  lift: percent(one.lift),
  'lift per impression': percent(one.liftPerImpression),
  'stopped after slates': one.stoppedAfter ?? 'never',
  'said when it stopped': one.saidAtStop.split(':')[0],
  'says a moment later': one.action,
  'most chosen': Object.entries(one.armShares).reduce((best, arm) => (arm[1] > best[1] ? arm : best))[0],
  degraded: one.degraded,
  'ready after s': Math.round(one.readySeconds),
  s: Math.round(one.seconds),
});

/** The mean over seeds, each one value, with Student's interval. */
function overSeeds(values: readonly number[]) {
  const estimate = estimateOfMean(momentsOf(values));
  return { mean: estimate.mean, ...estimateInterval(estimate, CONFIDENCE) };
}

const results: SeedResult[] = [];
const waiting = Array.from({ length: seeds }, (_, at) => at + 1);
/** One seed after the other; several lanes do so side by side, each with a fleet of its own. */
async function lane(): Promise<void> {
  for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
    const result = await measure(seed);
    results.push(result);
    console.log(JSON.stringify({ ...asRow(result), degradedBy: result.degradedBy, arms: result.armShares }));
  }
}
await Promise.all(Array.from({ length: lanes }, lane));
results.sort((a, b) => a.seed - b.seed);
console.table(results.map(asRow));
const summary = {
  lift: overSeeds(results.map(({ lift }) => lift)),
  liftPerImpression: overSeeds(results.map(({ liftPerImpression }) => liftPerImpression)),
  // Paired: both rates of a seed are of one world at one time.
  difference: overSeeds(results.map(({ rules, bandit }) => bandit.clickRate - rules.clickRate)),
  stoppedByItself: results.filter(({ stoppedAfter }) => stoppedAfter !== undefined).length,
  saidRollOut: results.filter(({ saidAtStop }) => saidAtStop.startsWith('Roll out "bandit"')).length,
};
const isMet = summary.lift.low >= GOAL && summary.stoppedByItself === seeds && summary.saidRollOut === seeds;
console.log(`${seeds} seeds, ${CONFIDENCE * 100} % interval of the mean lift: ${JSON.stringify(summary.lift)}`);
console.log(
  `stopped by itself: ${summary.stoppedByItself}, said to roll the bandit out: ${summary.saidRollOut}, goal met: ${isMet}`,
);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
const document = { world: WORLD, slates, baseline, goal: GOAL, isMet, summary, results };
writeFileSync(join(output, `closed-loop-${baseline}.json`), `${JSON.stringify(document, null, 2)}\n`);
process.exitCode = isMet ? 0 : 1;
