import { categoricalJudge, type DistributionSketch, numericJudge, sketchOf, type WindowJudgement } from '@attune/drift';
import { CATEGORICAL_KINDS, NUMERIC_KINDS } from './drift-kinds.ts';
import { WINDOW_MINUTES } from './false-alarms.ts';
import { Random } from './random.ts';
import { categoricalWindow, categoricalWindowAt, numericWindow } from './sample-window.ts';
import { categoryShares, type Moment, momentsOf, type NumericWorld, seasonAt, sizeAt } from './worlds.ts';

const DAY_WINDOWS = 1_440 / WINDOW_MINUTES;
/** The judge has seen four weeks before anything happens. */
const CALM_DAYS = 28;
/** A drift lasts for so many windows; a day later comes the next one. */
const LASTS = 3;

const level = ({ daily, weekend, wander }: Moment) => 0.4 * daily + 0.2 * weekend + 0.03 * wander;
/** Features that every kind of drift is done to. */
const WORLDS: readonly (NumericWorld & { readonly mean: number; readonly sd: number })[] = [
  { name: 'normal', mean: 3, sd: 1, value: (z, moment) => 3 + level(moment) + z, nullRate: () => 0.01 },
  {
    name: 'log-normal',
    mean: 23.9,
    sd: 15.2,
    value: (z, moment) => Math.exp(3 + 0.5 * level(moment) + 0.6 * z),
    nullRate: () => 0.01,
  },
];

/** One drift: in which of its windows it was found, null for in none. */
export interface Found {
  readonly kind: string;
  readonly world: string;
  readonly size: number;
  readonly window: number | null;
  /** The scores that found it. */
  readonly by: readonly string[];
}

/** Every kind of drift in every world, one a day, at different hours; and what was told where nothing had happened. */
export function runDetection(
  size: number,
  seed: number,
): { readonly found: readonly Found[]; readonly falseAlarms: number } {
  const random = new Random(seed * 104_729 + size);
  const results = WORLDS.map((world) => runNumeric(world, size, random));
  const categorical = runCategorical(size, random);
  const all = [...results, categorical];
  return { found: all.flatMap(({ found }) => found), falseAlarms: all.reduce((sum, one) => sum + one.falseAlarms, 0) };
}

function runNumeric(world: (typeof WORLDS)[number], size: number, random: Random) {
  const judge = numericJudge({ windowMinutes: WINDOW_MINUTES });
  const { mean, sd } = world;
  // the last one is the day shifted by half of it
  const names = [...NUMERIC_KINDS.map(({ name }) => name), 'time shifted by 12 hours'];
  return follow({ names, world: world.name, size, random }, (time, moment, count, drift) => {
    const kind = drift === undefined ? undefined : NUMERIC_KINDS[drift.kind];
    if (drift === undefined) return judge.push(time, numericWindow(world, moment, count, random));
    const shown = kind === undefined ? { ...moment, daily: -moment.daily } : moment;
    const values = Array.from({ length: count }, () => world.value(random.normal(), shown));
    const changed = kind === undefined ? values : kind.apply(values, { step: drift.step, mean, sd, random });
    const sketch: DistributionSketch = sketchOf(changed);
    sketch.add(null, random.binomial(count, 0.01));
    return judge.push(time, sketch);
  });
}

function runCategorical(size: number, random: Random) {
  const judge = categoricalJudge({ windowMinutes: WINDOW_MINUTES });
  const names = CATEGORICAL_KINDS.map(({ name }) => name);
  return follow({ names, world: 'categories', size, random }, (time, moment, count, drift) => {
    if (drift === undefined) return judge.push(time, categoricalWindowAt(moment, count, random));
    const { shares, nullRate = 0 } = CATEGORICAL_KINDS[drift.kind]!.apply(categoryShares(moment));
    const nulls = random.binomial(count, nullRate);
    const counts = categoricalWindow(shares, count - nulls, random);
    counts.add(null, nulls);
    return judge.push(time, counts);
  });
}

interface Course {
  readonly names: readonly string[];
  readonly world: string;
  readonly size: number;
  readonly random: Random;
}

type Push = (
  time: Date,
  moment: Moment,
  count: number,
  drift: { readonly kind: number; readonly step: number } | undefined,
) => WindowJudgement;

function follow({ names, world, size, random }: Course, push: Push) {
  const momentAt = momentsOf(random, WINDOW_MINUTES);
  const windows = (CALM_DAYS + names.length) * DAY_WINDOWS + LASTS;
  const found: Found[] = names.map((kind) => ({ kind, world, size, window: null, by: [] }));
  let falseAlarms = 0;
  for (let window = 0; window < windows; window++) {
    const moment = { ...seasonAt(window * WINDOW_MINUTES, 0), wander: momentAt(window).wander };
    const drift = driftAt(window, names);
    const judged = push(new Date(window * WINDOW_MINUTES * 60_000), moment, sizeAt(size, moment, random), drift);
    if (!judged.hasBegun) continue;
    if (drift === undefined) falseAlarms++;
    else {
      const by = judged.scores.filter(({ isOdd }) => isOdd).map(({ name }) => name);
      found[drift.kind] = { ...found[drift.kind]!, window: drift.step, by };
    }
  }
  return { found, falseAlarms };
}

/** One kind a day, an hour and more later each time; the shifted day at six o'clock, where it shows. */
function driftAt(
  window: number,
  names: readonly string[],
): { readonly kind: number; readonly step: number } | undefined {
  const kind = Math.floor(window / DAY_WINDOWS) - CALM_DAYS;
  if (kind < 0 || kind >= names.length) return undefined;
  const begin = names[kind]!.startsWith('time') ? DAY_WINDOWS / 4 : (kind * 7) % (DAY_WINDOWS - LASTS);
  const step = (window % DAY_WINDOWS) - begin + 1;
  return step >= 1 && step <= LASTS ? { kind, step } : undefined;
}
