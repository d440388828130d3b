import { CategoryCounts, DistributionSketch } from '@attune/drift';
import type { Random } from './random.ts';
import { categoryShares, type Moment, type NumericWorld } from './worlds.ts';

/** From this many values on, counts of cells are drawn instead of values. */
const CELLS_FROM = 5_000;
const CELLS = 500;
const REACH = 5.5;
const NORMAL_CELLS = normalCells();

/** A window of a numeric feature: value by value, or where there are many, by counts of 500 cells of equal width in the underlying normal. */
export function numericWindow(world: NumericWorld, moment: Moment, size: number, random: Random): DistributionSketch {
  const sketch = new DistributionSketch();
  const nulls = random.binomial(size, world.nullRate(moment));
  if (nulls > 0) sketch.add(null, nulls);
  const count = size - nulls;
  if (count < CELLS_FROM) {
    for (let at = 0; at < count; at++) sketch.add(world.value(random.normal(), moment));
    return sketch;
  }
  let [left, share] = [count, 1];
  for (const { z, width, probability } of NORMAL_CELLS) {
    const times = random.binomial(left, Math.min(1, probability / share));
    // somewhere else in its cell each time, so that cells of two windows do not coincide
    if (times > 0) sketch.add(world.value(z + width * (random.uniform() - 0.5), moment), times);
    left -= times;
    share -= probability;
  }
  return sketch;
}

/** A window of the categorical feature. */
export function categoricalWindow(shares: readonly number[], size: number, random: Random): CategoryCounts {
  const counts = new CategoryCounts();
  let [left, rest] = [size, 1];
  for (const [at, share] of shares.entries()) {
    const times = random.binomial(left, Math.min(1, share / rest));
    if (times > 0) counts.add(`category ${at}`, times);
    left -= times;
    rest -= share;
  }
  return counts;
}

/** Shares at a moment, as a window needs them. */
export function categoricalWindowAt(moment: Moment, size: number, random: Random): CategoryCounts {
  return categoricalWindow(categoryShares(moment), size, random);
}

function normalCells() {
  const width = (2 * REACH) / CELLS;
  const cells = Array.from({ length: CELLS }, (_, at) => {
    const z = -REACH + (at + 0.5) * width;
    return { z, width, probability: (width * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI) };
  });
  const total = cells.reduce((sum, { probability }) => sum + probability, 0);
  return cells.map((cell) => ({ ...cell, probability: cell.probability / total }));
}
