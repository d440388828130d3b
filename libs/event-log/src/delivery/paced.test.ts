import type { DeliveredRecord, HandleContext } from '../port';
import { paced } from './paced';

const context = { signal: new AbortController().signal } as HandleContext;
const batchOf = (size: number) => Array.from({ length: size }, () => ({}) as DeliveredRecord);

/** How long a paced handler that takes `handleMs` rests after a batch of so many records. */
async function restAfter(size: number, handleMs: number): Promise<number> {
  let nowMs = 1_000;
  let restedMs = 0;
  const time = {
    now: () => nowMs,
    rest: async (ms: number) => {
      restedMs += ms;
    },
  };
  const handle = async () => {
    nowMs += handleMs;
  };
  await paced(handle, 5_000, time)(batchOf(size), context);
  return restedMs;
}

describe('paced', () => {
  it('handles a few records at once and does not rest', async () => {
    expect(await restAfter(1, 3)).toBe(0);
  });

  it('rests after a batch in between, so that the next one is larger', async () => {
    expect(await restAfter(1_000, 40)).toBe(210);
  });

  it('goes on without a rest while there is a backlog', async () => {
    expect(await restAfter(5_000, 40)).toBe(0);
  });

  it('does not rest when handling took as long as that', async () => {
    expect(await restAfter(1_000, 400)).toBe(0);
  });
});
