// What GetResults costs: seven metrics of an experiment with 100,000 units, a million slates and two million events, as a whole, by
// segment and by day, and what the job pays that looks every few seconds. Starts a PostgreSQL of its own.
// Run after a build: node bench/experiment-results.bench.ts [units, 100000] [folder of another build of the service, to compare with]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startGuardian, startPostgres } from '@attune/devstack';
import { migrate, openDatabase } from '@attune/postgres';
import { DAYS, EXPERIMENT_ID, experimentOf, fillFacts, START_MS } from './experiment-results/facts.ts';

const ROUNDS = 3;
const load = createRequire(import.meta.url);
const service = join(import.meta.dirname, '..', 'services', 'experiment');
const units = Number(process.argv[2] ?? 100_000);
const builds = [process.argv[3], join(service, 'dist')].filter((one) => one !== undefined);

await using opened = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
opened.defer(() => rmSync(folder, { recursive: true, force: true }));
const guardian = opened.use(startGuardian());
const { url } = opened.use(await startPostgres({ guardian, folder: join(folder, 'postgres'), durable: false }));
await migrate({ url, schema: 'experiment', directory: join(service, 'migrations') });
const database = opened.use(await openDatabase({ url, schema: 'experiment', applicationName: 'bench' }));
await fillFacts(database, units);

type Analyse = typeof import('../services/experiment/src/use-cases/analyse-experiment.js');
type Reader = typeof import('../services/experiment/src/storage/postgres-fact-reader.js');

/** The analysis of a build on the facts, with a clock that stands a moment after the last of them. */
function analysisOf(build: string, metrics: Parameters<typeof experimentOf>[0]) {
  const { makeAnalyseExperiment } = load(join(resolve(build), 'use-cases/analyse-experiment')) as Analyse;
  const { PostgresFactReader } = load(join(resolve(build), 'storage/postgres-fact-reader')) as Reader;
  const experiment = experimentOf(metrics);
  return makeAnalyseExperiment({
    experiments: {
      get: async () => experiment,
      stateMoves: async () => [{ change: 'started', changedAt: new Date(START_MS) }],
    },
    facts: new PostgresFactReader(database),
    clock: () => new Date(START_MS + DAYS * 86_400_000),
    settings: { attributionMs: 86_400_000, factMs: 90 * 86_400_000, terms: { alpha: 0.05, tunedFor: 1_000 } },
  });
}

const QUESTIONS = {
  'whole, 7 metrics': ['seven', { looks: 'once' }],
  'by segment': ['seven', { looks: 'once', segmentBy: 'country' }],
  'by day': ['seven', { looks: 'once', isByDay: true }],
  'by day and segment': ['seven', { looks: 'once', isByDay: true, segmentBy: 'country' }],
  'whole, p95 of latency beside click_rate': ['quantile', { looks: 'once' }],
  'a look of the job, 1 guardrail': ['seven', { looks: 'at_every_look' }],
} as const;

const rows = [];
for (const [question, [metrics, asked]] of Object.entries(QUESTIONS)) {
  for (const build of builds) {
    const analyse = analysisOf(build, metrics);
    const seconds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begun = performance.now();
      await analyse(EXPERIMENT_ID, asked);
      seconds.push((performance.now() - begun) / 1_000);
    }
    seconds.sort((a, b) => a - b);
    rows.push({ question, build: build === builds.at(-1) ? 'this' : 'other', seconds: Number(seconds[1]!.toFixed(2)) });
    console.log(rows.at(-1));
  }
}
console.table(rows);

const results = join(import.meta.dirname, 'results');
mkdirSync(results, { recursive: true });
writeFileSync(
  join(results, 'experiment-results.json'),
  `${JSON.stringify({ units, slates: 10 * units, events: 20 * units, rounds: ROUNDS, rows }, null, 2)}\n`,
);
