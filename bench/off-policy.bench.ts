// How often the 95 % intervals of off-policy estimates hold the truth on simulated logs, how wide they are, and how often an estimator
// refuses. Run after a build: node bench/off-policy.bench.ts [runs]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESTIMATORS, evaluateOffPolicy } from '@attune/bandits';
import { SCENARIOS, type Scenario } from './off-policy-scenarios.ts';

const runs = Number(process.argv[2] ?? 1_000);

function measure(scenario: Scenario): readonly Record<string, unknown>[] {
  const tallies = new Map(ESTIMATORS.map((name) => [name, { told: 0, covered: 0, width: 0, below: 0, error: 0 }]));
  const refusals = new Map<string, number>();
  for (let seed = 1; seed <= runs; seed++) {
    for (const found of evaluateOffPolicy(scenario.draw(seed)).estimates) {
      if (found.status === 'refused') {
        refusals.set(found.code, (refusals.get(found.code) ?? 0) + 1);
        continue;
      }
      const tally = tallies.get(found.estimator)!;
      tally.told++;
      tally.width += found.high - found.low;
      tally.error += (found.value - scenario.truth) ** 2;
      if (found.high < scenario.truth) tally.below++;
      if (found.low <= scenario.truth && scenario.truth <= found.high) tally.covered++;
    }
  }
  if (refusals.size > 0) console.log(`${scenario.name}: refusals`, Object.fromEntries(refusals));
  return Array.from(tallies, ([estimator, { told, covered, width, below, error }]) => ({
    scenario: scenario.name,
    rows: scenario.rows,
    truth: Number(scenario.truth.toPrecision(4)),
    estimator,
    coverage: told === 0 ? undefined : Number((covered / told).toFixed(4)),
    tooLow: told === 0 ? undefined : Number((below / told).toFixed(4)),
    meanWidth: told === 0 ? undefined : Number((width / told).toPrecision(3)),
    rootMeanSquareError: told === 0 ? undefined : Number(Math.sqrt(error / told).toPrecision(3)),
    refused: Number(((runs - told) / runs).toFixed(4)),
    wrongOfAll: (told - covered) / runs,
  }));
}

const rows = SCENARIOS.flatMap(measure);
console.table(
  rows.map(({ scenario, estimator, coverage, tooLow, meanWidth, rootMeanSquareError, refused, wrongOfAll }) => ({
    scenario: String(scenario).split(':')[0],
    estimator,
    coverage,
    tooLow,
    meanWidth,
    rootMeanSquareError,
    refused,
    wrongOfAll,
  })),
);
const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'off-policy.json'), `${JSON.stringify({ runs, rows }, null, 2)}\n`);
