/** One pick of a draft. */
export interface DraftPick {
  /** Whose it is: the first or the second ranking. */
  readonly team: 0 | 1;
  readonly item: number;
  /** The probability of the item in this place, given the items above it: 1/2 where a coin decided between two items, else 1. */
  readonly propensity: number;
}

/**
 * Team draft interleaving (Radlinski, Kurup and Joachims, "How does clickthrough data reflect retrieval quality?", CIKM 2008, algorithm
 * 2): in each round a fair coin says which ranking picks first, then each picks its best item that is not picked yet. So no item is
 * there twice, the teams of every prefix differ by one item at most, and a user who likes both rankings alike likes both teams alike.
 *
 * rankings: items, best first, each at most once. It gives `count` picks, or as many as there are items; where one ranking has run out,
 * the other picks alone. `random` is uniform in [0, 1), asked once a round.
 */
export function teamDraft(
  rankings: readonly [readonly number[], readonly number[]],
  count: number,
  random: () => number,
): DraftPick[] {
  const taken = new Set<number>();
  const places: [number, number] = [0, 0];
  const next = (team: 0 | 1): number | undefined => {
    const ranking = rankings[team];
    while (places[team] < ranking.length && taken.has(ranking[places[team]]!)) places[team]++;
    return ranking[places[team]];
  };
  const picks: DraftPick[] = [];
  const pick = (team: 0 | 1, item: number, propensity: number): void => {
    taken.add(item);
    picks.push({ team, item, propensity });
  };
  while (picks.length < count) {
    const first = random() < 0.5 ? 0 : 1;
    const second = first === 0 ? 1 : 0;
    const [own, other] = [next(first), next(second)];
    if (own === undefined && other === undefined) break;
    if (own !== undefined) pick(first, own, oneOf(own, other));
    const then = picks.length < count ? next(second) : undefined;
    // An item that both wanted does not show who picked first, so that the coin decides about the one below it instead.
    if (then !== undefined) pick(second, then, own === other ? oneOf(then, next(first)) : 1);
  }
  return picks;
}

/** The probability of an item where a coin decides between it and another; there may be no other, or it may be the same. */
function oneOf(item: number, other: number | undefined): number {
  return other === undefined || other === item ? 1 : 0.5;
}
