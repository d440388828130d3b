/** How many of `free` places are left to chance: the share, rounded down, and no more than can be filled from below the slate. */
export function explorationCount({ share, free, below }: ExplorationRoom): number {
  // .1 x 30 must be 3, not 2.9999999999999996
  return Math.max(0, Math.min(Math.floor(share * free + 1e-9), free - 1, below));
}

/** What exploration has to work with. */
export interface ExplorationRoom {
  readonly share: number;
  /** Places that no operator fills. */
  readonly free: number;
  /** Candidates that would not be in the slate without exploration. */
  readonly below: number;
}

/**
 * `count` of the places that are free, but never the first of the slate, which most people look at: one out of each of `count` runs
 * of equal length, so that they are spread over the slate. `places` ascends. The draws do not depend on any item.
 */
export function drawPlaces(places: readonly number[], count: number, random: () => number): number[] {
  const open = places.filter((place) => place > 0);
  const runs = Math.min(count, open.length);
  return Array.from({ length: runs }, (_, run) => {
    const first = Math.floor((run * open.length) / runs);
    const end = Math.floor(((run + 1) * open.length) / runs);
    return open[first + Math.floor(random() * (end - first))]!;
  });
}

/**
 * `count` different numbers below `poolSize`, all equally likely (the first steps of the shuffle of Fisher and Yates): seen from
 * any of the places, each candidate of the pool comes there with the probability 1 / poolSize.
 */
export function drawFromPool(poolSize: number, count: number, random: () => number): number[] {
  const order = Array.from({ length: poolSize }, (_, at) => at);
  for (let at = 0; at < Math.min(count, poolSize); at++) {
    const other = at + Math.floor(random() * (poolSize - at));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order.slice(0, count);
}
