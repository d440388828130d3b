/**
 * Does work for each of many things, taken in their order, with so many under way at once. Takes no more when `signal` says so or one has
 * failed; resolves, or throws that failure, when nothing is under way any more.
 */
export async function inParallel<T>(
  things: Iterable<T>,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const rest = things[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const takeTurns = async () => {
    while (!signal.aborted && failure === undefined) {
      const next = rest.next();
      if (next.done === true) return;
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, takeTurns));
  if (failure !== undefined) throw failure.error;
}
