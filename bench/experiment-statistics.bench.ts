// Whether the statistics of experiments keep their word: false alarms of A/A tests with 100 looks, coverage of intervals, CUPED's variance
// reduction, and lost units that the sample-ratio check finds.
// Run after a build: node bench/experiment-statistics.bench.ts [A/A tests per metric, 10000]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAaTests } from './experiment-statistics/aa-tests.ts';
import { runCoverage } from './experiment-statistics/coverage.ts';
import { runCupedReduction } from './experiment-statistics/cuped-reduction.ts';
import { countingRandom } from './experiment-statistics/experiment-worlds.ts';
import { runSampleRatioLooks, runSampleRatioLosses } from './experiment-statistics/sample-ratio-losses.ts';

const SEED = 1;
const runs = Number(process.argv[2] ?? 10_000);
const random = countingRandom(SEED);
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

console.log(`false alarms of ${runs} A/A tests with 100 looks at 100 units each`);
const aaTests = runAaTests(runs, random);
console.table(
  aaTests.map(({ metric, sequence, peeking, lastLook }) => ({
    metric,
    ...Object.fromEntries(
      sequence.map(({ tunedFor, share, upperBound }) => [
        `always valid, tuned for ${tunedFor}`,
        `${percent(share)} (99 % bound ${percent(upperBound)})`,
      ]),
    ),
    'plain, at every look': percent(peeking),
    'plain, at the last look': percent(lastLook),
  })),
);

const coverage = runCoverage(runs, random);
console.log('coverage of 95 % intervals for one look, 1,000 units per variant, a true lift of 10 %');
console.table(coverage.map((row) => ({ ...row, difference: percent(row.difference), lift: percent(row.lift) })));

const reduction = runCupedReduction(20, random);
console.log('variance left by CUPED, 50,000 units per variant');
console.table(
  reduction.map(({ rho, runs: times, expected, left, worstOff }) => ({
    rho,
    runs: times,
    '1 - rho^2': expected.toFixed(4),
    left: left.toFixed(4),
    'worst run off by': percent(worstOff),
  })),
);

const losses = runSampleRatioLosses(1_000, random);
const looks = runSampleRatioLooks(1_000, random);
console.log('lost units that the sample-ratio check finds');
console.table(
  losses.map(({ reading, runs: times, below05, below01, below001, sequentialBelow01 }) => ({
    reading,
    runs: times,
    'p < 0.05': percent(below05),
    'p < 0.01': percent(below01),
    'p < 0.001': percent(below001),
    'sequential p < 0.01': percent(sequentialBelow01),
  })),
);
console.log(
  `a healthy experiment, looked at ${looks.looks} times, is alarmed for at p < 0.01 by the chi-square test in ` +
    `${percent(looks.fixed)} and by the sequential test in ${percent(looks.sequential)} of ${looks.runs} runs`,
);

const goals = {
  'at most 5 % false alarms of every metric (99 % bound)': aaTests.every(({ sequence }) =>
    sequence.every(({ upperBound }) => upperBound <= 0.05),
  ),
  'CUPED leaves 1 - rho^2, within 2 %': reduction.every(({ worstOff }) => worstOff <= 0.02),
  '2 % of 100,000 units, lost from one variant, found 95 times of 100 at p < 0.01': losses[0]!.below01 >= 0.95,
  '2 % of one variant of 100,000 units each, found 95 times of 100 at p < 0.01': losses[1]!.below01 >= 0.95,
};
console.table(goals);
const target = join(import.meta.dirname, 'results');
mkdirSync(target, { recursive: true });
const document = { seed: SEED, aaTests, coverage, reduction, losses, looks, goals };
writeFileSync(join(target, 'experiment-statistics.json'), `${JSON.stringify(document, null, 2)}\n`);
if (Object.values(goals).includes(false)) process.exitCode = 1;
