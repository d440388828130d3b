/** Does work of which only so much may be in hand at a time. Who waits goes away when the signal aborts. */
export type TakeTurns = <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/** Makes turns, first come, first served. */
export function takeTurns(most: number): TakeTurns {
  const waiting: (() => void)[] = [];
  let inHand = 0;

  const turn = (signal: AbortSignal) => {
    signal.throwIfAborted();
    if (inHand < most) {
      inHand++;
      return Promise.resolve();
    }
    return new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal.reason);
      };
      waiting.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  };
  // a turn that ends is handed on, so that nobody who comes just then is before those who wait
  const end = () => {
    const next = waiting.shift();
    if (next === undefined) inHand--;
    else next();
  };
  return async (work, signal) => {
    await turn(signal);
    try {
      return await work();
    } finally {
      end();
    }
  };
}
