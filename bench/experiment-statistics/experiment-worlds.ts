/** Numbers, uniform in [0, 1). */
export type Random = () => number;

/** A metric of units that a variant may have. */
export interface World {
  readonly name: string;
  /** The mean, share or ratio that all units together have. */
  readonly truth: number;
  /** Draws one unit into `into` as [part of the denominator, part of the numerator]; there are 10^8 units, so that the array is reused. */
  readonly draw: (random: Random, into: Float64Array) => void;
}

/** Small fast counting generator (Doty-Humphrey, PractRand): its period is above the 10^9 numbers that are drawn here. */
export function countingRandom(seed: number): Random {
  let [a, b, c, counter] = [seed | 0, 0x9e3779b9 | 0, 0x243f6a88, 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 20; warmUp++) next();
  return next;
}

/** A standard normal (Box and Muller 1958). */
export function normalOf(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Amounts that many have little of. */
export const exponential = (mean = 1): World => ({
  name: 'mean, exponential',
  truth: mean,
  draw: (random, into) => {
    into[0] = 1;
    into[1] = -mean * Math.log(1 - random());
  },
});

/** Revenue: a few units have most of it. */
export const logNormal = (): World => ({
  name: 'mean, log-normal (sigma 1)',
  truth: Math.exp(0.5),
  draw: (random, into) => {
    into[0] = 1;
    into[1] = Math.exp(normalOf(random));
  },
});

/** Units that do something or not. */
export const proportion = (share: number): World => ({
  name: `proportion, ${share * 100} %`,
  truth: share,
  draw: (random, into) => {
    into[0] = 1;
    into[1] = random() < share ? 1 : 0;
  },
});

/** Clicks per impression: a user has 5 impressions on average, and a click rate of their own around the truth. */
export const clickRatio = (rate = 0.2): World => ({
  name: 'ratio, clicks per impression',
  truth: rate,
  draw: (random, into) => {
    const impressions = 1 + Math.floor(Math.log(1 - random()) / Math.log(0.8));
    const own = 2 * rate * random();
    let clicks = 0;
    for (let at = 0; at < impressions; at++) if (random() < own) clicks++;
    into[0] = impressions;
    into[1] = clicks;
  },
});

const unit = new Float64Array(2);

/** The moments of `count` new units, from plain sums: they are few at a time, and near 1. */
export function drawUnits({ draw }: World, count: number, random: Random) {
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let at = 0; at < count; at++) {
    draw(random, unit);
    const [unitX, unitY] = [unit[0]!, unit[1]!];
    x += unitX;
    y += unitY;
    xx += unitX * unitX;
    yy += unitY * unitY;
    xy += unitX * unitY;
  }
  const [meanX, meanY, divisor] = [x / count, y / count, count - 1];
  return {
    count,
    meanX,
    meanY,
    varianceX: Math.max(0, (xx - x * meanX) / divisor),
    varianceY: Math.max(0, (yy - y * meanY) / divisor),
    covariance: (xy - x * meanY) / divisor,
  };
}
