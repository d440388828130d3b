const PAUSE_MS = 10;

/**
 * Asks again and again until the answer is there, for what happens in other processes and cannot be drained. In one process,
 * wait by `caughtUp()` instead. Throws what was being waited for when the time is up.
 *
 * @example const stats = await until('the history has all', async () => (await stats()).count === 3 && stats);
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { timeoutMs = 20_000 }: { readonly timeoutMs?: number } = {},
): Promise<T> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > giveUpAt) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
