/** The arm of an exploration policy that stands for the best candidates below the slate, whoever proposed them. */
export const RUNNERS_UP_ARM = 'runners_up';

/** What a policy said of where places that are left to chance are drawn from. Arms are names of sources, and `runners_up`. */
export interface ExplorationArms {
  readonly arm: string;
  /** The probability of every arm that could have been chosen; they add up to 1. */
  readonly probabilities: ReadonlyMap<string, number>;
}

/** What is below a slate, and who proposed it. */
export interface ExplorationGround {
  /** Candidates below the slate, best first. */
  readonly below: readonly number[];
  /** The most candidates that one arm draws from. */
  readonly size: number;
  /** How many places are left to chance. */
  readonly places: number;
  readonly proposedBy: (source: string, candidate: number) => boolean;
}

/** The candidates that one draw is from, and the probability with which each of them comes to a given place. */
export interface ExplorationPool {
  readonly candidates: readonly number[];
  readonly propensityOf: (candidate: number) => number;
}

/**
 * From where the places that are left to chance are drawn, all candidates of the pool alike: the best below the slate, or where a policy
 * chose an arm, the best below the slate of that source. An arm with fewer candidates than places counts as `runners_up`.
 *
 * An item may be in the pools of several arms, so the probability that it comes to a given place is the sum over the arms of
 * P(arm) / (size of the arm's pool). It is exact: pools follow from what is below the slate, which no arm has a part in.
 */
export function explorationPool(ground: ExplorationGround, arms: ExplorationArms | undefined): ExplorationPool {
  const { below, size, places, proposedBy } = ground;
  const runnersUp = below.slice(0, size);
  const poolOf = (arm: string): readonly number[] => {
    if (arm === RUNNERS_UP_ARM) return runnersUp;
    const own = below.filter((candidate) => proposedBy(arm, candidate)).slice(0, size);
    return own.length < Math.max(1, places) ? runnersUp : own;
  };
  if (arms === undefined) return { candidates: runnersUp, propensityOf: () => 1 / runnersUp.length };
  const pools = Array.from(arms.probabilities, ([arm, probability]) => {
    const pool = poolOf(arm);
    return { has: new Set(pool), each: probability / pool.length };
  });
  const propensityOf = (candidate: number) =>
    pools.reduce((sum, { has, each }) => (has.has(candidate) ? sum + each : sum), 0);
  return { candidates: poolOf(arms.arm), propensityOf };
}
