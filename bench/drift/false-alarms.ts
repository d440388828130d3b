import { categoricalJudge, numericJudge, type WindowJudgement } from '@attune/drift';
import { Random } from './random.ts';
import { categoricalWindowAt, numericWindow } from './sample-window.ts';
import { type Moment, momentsOf, NUMERIC_WORLDS, sizeAt } from './worlds.ts';

export const WINDOW_MINUTES = 15;
const YEAR_WINDOWS = (365 * 1_440) / WINDOW_MINUTES;

/** What a stationary feature was told of. */
export interface FalseAlarms {
  readonly feature: string;
  readonly size: number;
  readonly windows: number;
  /** Windows that were judged: all but those of the first days. */
  readonly judged: number;
  readonly years: number;
  readonly pages: number;
  /** Single windows out of the ordinary, which page nobody. */
  readonly odd: number;
  readonly oddBy: Readonly<Record<string, number>>;
}

/** Stationary windows of every feature at a size. */
export function runFalseAlarms(size: number, windows: number, seed: number): readonly FalseAlarms[] {
  const numeric = NUMERIC_WORLDS.map((world, at) => {
    const judge = numericJudge({ windowMinutes: WINDOW_MINUTES });
    return runOne(world.name, { size, windows, seed: seed + at }, (time, moment, count, random) =>
      judge.push(time, numericWindow(world, moment, count, random)),
    );
  });
  const judge = categoricalJudge({ windowMinutes: WINDOW_MINUTES });
  const categorical = runOne('eight categories', { size, windows, seed: seed + 99 }, (time, moment, count, random) =>
    judge.push(time, categoricalWindowAt(moment, count, random)),
  );
  return [...numeric, categorical];
}

function runOne(
  feature: string,
  { size, windows, seed }: { readonly size: number; readonly windows: number; readonly seed: number },
  push: (time: Date, moment: Moment, count: number, random: Random) => WindowJudgement,
): FalseAlarms {
  const random = new Random(seed * 7_919 + size);
  const momentAt = momentsOf(random, WINDOW_MINUTES);
  let [judged, pages, odd] = [0, 0, 0];
  const oddBy: Record<string, number> = {};
  for (let window = 0; window < windows; window++) {
    const moment = momentAt(window);
    const found = push(new Date(window * WINDOW_MINUTES * 60_000), moment, sizeAt(size, moment, random), random);
    if (found.verdict === 'insufficient_data') continue;
    judged++;
    if (found.hasBegun) pages++;
    const names = found.scores.filter(({ isOdd }) => isOdd).map(({ name }) => name);
    if (names.length > 0) odd++;
    for (const name of names) oddBy[name] = (oddBy[name] ?? 0) + 1;
  }
  return { feature, size, windows, judged, years: judged / YEAR_WINDOWS, pages, odd, oddBy };
}
