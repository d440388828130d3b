import { idHash } from '../id-hash';
import type { KnownItems } from './known-items';
import { seededDraws } from './seeded-draws';

/** So often is drawn for each negative: where nearly everything was engaged with, there are fewer. */
const DRAWS_PER_ITEM = 20;

/** What to draw. */
export interface Sample {
  readonly count: number;
  readonly seed: number;
  /** Names the positive that the negatives are for. */
  readonly name: string;
  /** The items that the user did something with so far. */
  readonly engaged: ReadonlySet<number>;
  /** The item of the positive. */
  readonly ownItem: number;
}

/** Draws different items among those that are known which a user did nothing with. */
export function sampleItems(known: KnownItems, { count, seed, name, engaged, ownItem }: Sample): readonly string[] {
  const draw = seededDraws(seed, name);
  const drawn: string[] = [];
  const taken = new Set([ownItem]);
  for (let left = count * DRAWS_PER_ITEM; left > 0 && drawn.length < count && known.count > 0; left--) {
    const itemId = known.at(Math.floor(draw() * known.count));
    const key = idHash(itemId);
    if (taken.has(key) || engaged.has(key)) continue;
    taken.add(key);
    drawn.push(itemId);
  }
  return drawn;
}
