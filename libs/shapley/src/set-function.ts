/** Coalitions of players, side by side. */
export interface Coalitions {
  readonly count: number;
  readonly playerCount: number;
  /** [count x playerCount]: 1 where the player takes part, else 0. */
  readonly members: Uint8Array;
}

/** What coalitions of players are worth. It is asked batch after batch, so that whatever else waits for it gets its turn. */
export interface SetFunction {
  readonly playerCount: number;
  /** [count]: the worth of each coalition. The same coalition must always be worth the same. */
  evaluate(coalitions: Coalitions): Promise<ArrayLike<number>>;
}

/** How coalitions are sent. */
export interface Sending {
  /** The most coalitions of one batch. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/** What many coalitions are worth, asked in batches one after the other. `members` is [count x playerCount]. */
export async function worthOf(
  { playerCount, evaluate }: SetFunction,
  members: Uint8Array,
  { batch, signal }: Sending,
): Promise<Float64Array> {
  const total = members.length / playerCount;
  const worths = new Float64Array(total);
  for (let from = 0; from < total; from += batch) {
    signal?.throwIfAborted();
    const to = Math.min(total, from + batch);
    const part = members.subarray(from * playerCount, to * playerCount);
    worths.set(await evaluate({ count: to - from, playerCount, members: part }), from);
  }
  return worths;
}
