import { chiSquareTail } from '@attune/statistics';

const known = new Map<string, number>();

/** The x that a chi-square exceeds with a probability of `tail`; by bisection, once per question. */
export function chiSquareCritical(tail: number, degreesOfFreedom: number): number {
  const name = `${tail} ${degreesOfFreedom}`;
  const found = known.get(name) ?? search(tail, degreesOfFreedom);
  known.set(name, found);
  return found;
}

function search(tail: number, degreesOfFreedom: number): number {
  let [low, high] = [0, degreesOfFreedom + 100];
  while (chiSquareTail(high, degreesOfFreedom) > tail) high *= 2;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (chiSquareTail(middle, degreesOfFreedom) > tail) low = middle;
    else high = middle;
  }
  return high;
}
