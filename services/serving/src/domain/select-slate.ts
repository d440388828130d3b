import type { PlacedBy } from './decision';
import { type Choices, type DiversityWeights, diversify } from './diversify';
import { drawFromPool, drawPlaces, explorationCount } from './exploration';
import { type ExplorationArms, explorationPool } from './exploration-pool';
import type { PinnedItem } from './pins';
import type { Exploration } from './surface';

/** What a slate is made of. Candidates are numbered from 0, best first. */
export interface SlateQuestion {
  readonly count: number;
  readonly candidateCount: number;
  /** The first of the candidates, those that were scored; the others follow them in their order. */
  readonly scored: Choices;
  readonly diversity: DiversityWeights;
  readonly exploration: Pick<Exploration, 'share' | 'pool'>;
  /** What a policy said of where places left to chance are drawn from; absent: from the best below the slate. */
  readonly arms?: ExplorationArms | undefined;
  /** Whether a source proposed a candidate. */
  readonly proposedBy: (source: string, candidate: number) => boolean;
  /** By place; their items are no candidates. */
  readonly pins: readonly PinnedItem[];
  /** Authors and categories of the pinned items. */
  readonly pinned: { readonly authors: readonly number[]; readonly categories: readonly number[] };
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What is in one place: a candidate by its number, or a pin by its place in the list. */
export interface Placed {
  readonly placedBy: PlacedBy;
  readonly at: number;
  /** The probability with which it was put there; 1 where nothing was left to chance. */
  readonly propensity: number;
}

/** The slate, and the candidates that are not in it, best first. */
export interface SelectedSlate {
  readonly slate: readonly Placed[];
  readonly below: readonly number[];
}

/**
 * Fills min(count, candidates and pins) places: pins in theirs (a place beyond the end is the last one), some of the others by chance
 * out of the best below the slate, and the rest by score, likeness and novelty.
 *
 * A place that is left to chance gets each candidate of the pool with the probability that `explorationPool` says, whatever comes into
 * the other places; which places these are does not depend on the candidates. All else follows from the scores, so its propensity is 1.
 */
export function selectSlate(question: SlateQuestion): SelectedSlate {
  const { count, candidateCount, pins, exploration, random } = question;
  const total = Math.min(count, candidateCount + pins.length);
  const slate = new Array<Placed | undefined>(total).fill(undefined);
  pins.slice(0, total).forEach(({ position }, at) => {
    slate[lastFree(slate, position)] = { placedBy: 'pin', at, propensity: 1 };
  });
  const free = Array.from(slate.keys()).filter((place) => slate[place] === undefined);
  const chances = explorationCount({
    share: exploration.share,
    free: free.length,
    below: Math.min(candidateCount - free.length, exploration.pool),
  });
  const chancePlaces = drawPlaces(free, chances, random);

  const order = ranking(question, free.length - chancePlaces.length);
  const below = order.splice(free.length - chancePlaces.length);
  const ground = { below, size: exploration.pool, places: chancePlaces.length, proposedBy: question.proposedBy };
  const { candidates, propensityOf } = explorationPool(ground, question.arms);
  const drawn = drawFromPool(candidates.length, chancePlaces.length, random).map((place) => candidates[place]!);
  chancePlaces.forEach((place, slot) => {
    const at = drawn[slot]!;
    slate[place] = { placedBy: 'exploration', at, propensity: propensityOf(at) };
  });
  let next = 0;
  const filled = slate.map((placed) => placed ?? ({ placedBy: 'rank', at: order[next++]!, propensity: 1 } as const));
  const isDrawn = new Set(drawn);
  return { slate: filled, below: below.filter((at) => !isDrawn.has(at)) };
}

/** All candidates: `count` by score, likeness and novelty, those that were scored before the others, and then what is left in its order. */
function ranking({ candidateCount, scored, diversity, pinned }: SlateQuestion, count: number): number[] {
  const taken = diversify(scored, count, diversity, pinned);
  const isTaken = new Uint8Array(candidateCount);
  for (const at of taken) isTaken[at] = 1;
  const order: number[] = Array.from(taken);
  for (let at = 0; at < candidateCount; at++) if (isTaken[at] === 0) order.push(at);
  return order;
}

/** The place itself, or the nearest free one before it where the slate ends earlier or another pin was moved there. */
function lastFree(slate: readonly (Placed | undefined)[], position: number): number {
  let place = Math.min(position, slate.length - 1);
  while (slate[place] !== undefined) place--;
  return place;
}
