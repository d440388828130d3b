import { readlinkSync } from 'node:fs';
import { getPriority } from 'node:os';
import { whileOthersServe } from './while-others-serve';

/** Of this thread, where the system tells it. */
function priority(): number | undefined {
  try {
    return getPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
  } catch {
    return undefined;
  }
}

describe('whileOthersServe', () => {
  it('gives what the work gives, and stands behind the others no longer than that takes', async () => {
    const before = priority();
    const during = await whileOthersServe(async () => priority());
    expect(priority()).toBe(before);
    // where a thread may not come back it never goes
    expect([before, 5]).toContain(during);
  });

  it('comes back to its place when the work fails', async () => {
    const before = priority();
    await expect(whileOthersServe(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(priority()).toBe(before);
  });
});
