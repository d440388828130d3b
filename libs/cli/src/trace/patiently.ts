import { setTimeout } from 'node:timers/promises';

const PAUSE_MS = 250;

/** Asks again and again until an answer will do or the time is over; resolves to the last answer, or throws what it threw last. */
export async function patiently<T>(
  ask: () => Promise<T>,
  until: {
    readonly patienceMs: number;
    readonly willDo: (answer: T) => boolean;
    readonly isWorthIt: (error: unknown) => boolean;
  },
): Promise<T> {
  const giveUpAtMs = performance.now() + until.patienceMs;
  for (;;) {
    const isLast = performance.now() >= giveUpAtMs;
    try {
      const answer = await ask();
      if (isLast || until.willDo(answer)) return answer;
    } catch (error) {
      if (isLast || !until.isWorthIt(error)) throw error;
    }
    await setTimeout(PAUSE_MS);
  }
}
