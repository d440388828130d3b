// Whether the drift judge keeps calm on stationary windows and finds 30 kinds of drift within three windows; beside it, what plain
// Kolmogorov-Smirnov does with a shift that does not matter.
// Run after a build: node bench/drift-false-alarms.bench.ts [windows per feature and size, 10000]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Found, runDetection } from './drift/detection.ts';
import { type FalseAlarms, runFalseAlarms, WINDOW_MINUTES } from './drift/false-alarms.ts';
import { runSmallShift } from './drift/small-shift.ts';

const SEED = 1;
const SIZES = [100, 1_000, 10_000, 100_000, 1_000_000];
const DETECTION_SIZES = [200, 1_000, 5_000];
const SEEDS = [1, 2];
const windows = Number(process.argv[2] ?? 10_000);
/** Without a page, the rate is below this many pages over all years, with 95 % confidence; one more page allows for about 1.6 more. */
const NO_PAGE_BOUND = 3;

const started = process.cpuUsage();
const falseAlarms = SIZES.flatMap((size) => runFalseAlarms(size, windows, SEED));
console.log(
  `${windows} stationary windows of ${WINDOW_MINUTES} minutes per feature and size: pages, and odd windows in brackets`,
);
console.table(
  Object.fromEntries(
    [...new Set(falseAlarms.map(({ feature }) => feature))].map((feature) => [
      feature,
      Object.fromEntries(
        falseAlarms.filter((one) => one.feature === feature).map((one) => [one.size, `${one.pages} (${one.odd})`]),
      ),
    ]),
  ),
);
const rate = yearlyRate(falseAlarms);
console.log(
  `${rate.pages} pages in ${rate.years.toFixed(1)} feature-years: ${rate.perYear.toFixed(2)} a year, below ${rate.upperBound.toFixed(2)} ` +
    `with 95 % confidence; ${rate.odd} of ${rate.judged} windows were odd alone. Odd windows at random would page ${rate.ifRandom.toFixed(4)} times a year`,
);

const runs = DETECTION_SIZES.flatMap((size) => SEEDS.map((seed) => runDetection(size, seed)));
const found = runs.flatMap((run) => run.found);
const detection = [...new Set(found.map(({ kind }) => kind))].map((kind) => {
  const bySize = Object.fromEntries(
    DETECTION_SIZES.map((size) => [size, summary(found.filter((one) => one.kind === kind && one.size === size))]),
  );
  return { kind, ...bySize };
});
console.log('drift of 37 kinds, one a day: found in which window (found of runs), by the number of values in a window');
console.table(detection);
const falseBetween = runs.reduce((sum, run) => sum + run.falseAlarms, 0);
console.log(`between them, ${falseBetween} pages where nothing had happened`);

const smallShift = runSmallShift(100, SEED);
console.log(
  `a shift of ${smallShift.shiftSd} sd at ${smallShift.size} values: plain KS at p < 0.05 alarms in ${100 * smallShift.plainKs} %, ` +
    `this in ${100 * smallShift.drift} % of ${smallShift.runs} runs`,
);

const cpu = process.cpuUsage(started);
const cpuSeconds = (cpu.user + cpu.system) / 1e6;
const goals = {
  'at most one page per feature and year (95 % bound)': rate.upperBound <= 1,
  'at most one page per feature in its windows': perFeature(falseAlarms).every((pages) => pages <= 1),
  '30 kinds found within 3 windows at 1,000 values, in every run': countFound(1_000) >= 30,
  'a shift of 0.02 sd at 100,000 values alarms nobody': smallShift.drift === 0,
};
console.table(goals);
console.log(`${cpuSeconds.toFixed(0)} CPU seconds`);
const target = join(import.meta.dirname, 'results');
mkdirSync(target, { recursive: true });
const document = {
  seed: SEED,
  windowMinutes: WINDOW_MINUTES,
  falseAlarms,
  rate,
  detection,
  found,
  falseBetween,
  smallShift,
  cpuSeconds,
  goals,
};
writeFileSync(join(target, 'drift-false-alarms.json'), `${JSON.stringify(document, null, 2)}\n`);
if (Object.values(goals).includes(false)) process.exitCode = 1;

function yearlyRate(all: readonly FalseAlarms[]) {
  const sum = (of: (one: FalseAlarms) => number) => all.reduce((total, one) => total + of(one), 0);
  const [years, pages, odd, judged] = [
    sum((one) => one.years),
    sum((one) => one.pages),
    sum((one) => one.odd),
    sum((one) => one.judged),
  ];
  const share = odd / judged;
  return {
    ...{ years, pages, odd, judged },
    perYear: pages / years,
    upperBound: (NO_PAGE_BOUND + 1.6 * pages) / years,
    // two of three windows, if each were odd by itself
    ifRandom: (judged / years) * 2 * share ** 2,
  };
}

/** Pages by feature, sizes together. */
function perFeature(all: readonly FalseAlarms[]): readonly number[] {
  const pages = new Map<string, number>();
  for (const one of all) pages.set(one.feature, (pages.get(one.feature) ?? 0) + one.pages);
  return [...pages.values()];
}

function summary(of: readonly Found[]): string {
  const hits = of.flatMap(({ window }) => (window === null ? [] : [window]));
  const windowsText =
    hits.length === 0
      ? 'not found'
      : Math.min(...hits) === Math.max(...hits)
        ? `${hits[0]}`
        : `${Math.min(...hits)} to ${Math.max(...hits)}`;
  return `${windowsText} (${hits.length}/${of.length})`;
}

function countFound(size: number): number {
  return detection.filter(({ kind }) =>
    found.filter((one) => one.kind === kind && one.size === size).every(({ window }) => window !== null),
  ).length;
}
