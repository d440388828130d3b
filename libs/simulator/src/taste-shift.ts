import { AppError, type FieldViolation } from '@attune/errors';
import { type People, STYLE_COUNT } from './people';
import { type Rng, rngFor, unit } from './random';
import type { TasteShift } from './simulated';
import { TOPIC_COUNT } from './topics';

/** The stream of randomness that decides who changes. */
const SHIFT = 10;

/** People after a shift of tastes. */
export interface ShiftedPeople {
  readonly people: People;
  /** Who likes other things than before, in the order of their numbers. */
  readonly shifted: readonly number[];
}

/**
 * Gives some people the tastes of others among them. All tastes are still there, each once, so what the crowd likes is what it liked
 * before, and whoever knows the new tastes can please it as well as one could please the old ones. People are put into line by their
 * favourite topic and each takes the taste of the one half a line away: nobody keeps a favourite that less than half of them have.
 */
export function shiftPeople(people: People, { seed, share }: TasteShift): ShiftedPeople {
  check(share);
  const rng = rngFor(seed, SHIFT, 0);
  const chosen = shuffled(people.count, rng).slice(0, Math.round(share * people.count));
  const placeOfTopic = shuffled(TOPIC_COUNT, rng);
  const line = chosen.toSorted((a, b) => placeOfTopic[favouriteOf(people, a)]! - placeOfTopic[favouriteOf(people, b)]!);
  const half = Math.floor(line.length / 2);
  const interestRoots = people.interestRoots.slice();
  const styles = people.styles.slice();
  for (const [place, user] of line.entries()) {
    const other = line[(place + half) % line.length]!;
    copyRow({ from: people.interestRoots, to: interestRoots, width: TOPIC_COUNT }, other, user);
    copyRow({ from: people.styles, to: styles, width: STYLE_COUNT }, other, user);
  }
  return { people: { ...people, interestRoots, styles }, shifted: line.toSorted((a, b) => a - b) };
}

/** The numbers below `count` in a random order (Fisher and Yates). */
function shuffled(count: number, rng: Rng): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const at = Math.floor(unit(rng) * (last + 1));
    [numbers[last], numbers[at]] = [numbers[at]!, numbers[last]!];
  }
  return numbers;
}

function favouriteOf({ interestRoots }: People, user: number): number {
  const row = interestRoots.subarray(user * TOPIC_COUNT, (user + 1) * TOPIC_COUNT);
  return row.indexOf(Math.max(...row));
}

interface Matrices {
  readonly from: Float32Array;
  readonly to: Float32Array;
  readonly width: number;
}

function copyRow({ from, to, width }: Matrices, fromRow: number, toRow: number): void {
  to.set(from.subarray(fromRow * width, (fromRow + 1) * width), toRow * width);
}

function check(share: number): void {
  if (share > 0 && share <= 1) return;
  const description = `must be above 0 and at most 1, not ${share}`;
  const violations: FieldViolation[] = [{ field: 'share', description }];
  throw new AppError('invalid.taste_shift', `tastes cannot shift like this: share ${description}`, { violations });
}
