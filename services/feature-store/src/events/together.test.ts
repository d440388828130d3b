import { AppError } from '@attune/errors';
import { together } from './together';

const options = { signal: new AbortController().signal };

/** Work that waits until it is let go, and the runs that were begun. */
function held(run: (all: readonly string[]) => Promise<void> = async () => undefined) {
  const runs: (readonly string[])[] = [];
  const gate = Promise.withResolvers<void>();
  const share = together<string>(async (all) => {
    runs.push(all);
    await gate.promise;
    await run(all);
  });
  return { runs, share, open: gate.resolve };
}

describe('together', () => {
  it('does in one run what arrived while another was under way', async () => {
    const { runs, share, open } = held();
    const done = Promise.all(['a', 'b', 'c'].map((work) => share(work, options)));
    open();
    await done;
    expect(runs).toEqual([['a'], ['b', 'c']]);
  });

  it('fails only the caller whose work fails', async () => {
    const { share, open } = held(async (all) => {
      if (all.includes('bad')) throw new AppError('invalid.event', 'no');
    });
    const done = Promise.allSettled(['a', 'bad', 'c'].map((work) => share(work, options)));
    open();
    expect((await done).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('does not ask a server that is away once for each caller', async () => {
    const { runs, share, open } = held(() => Promise.reject(new AppError('unavailable.postgres', 'away')));
    const done = Promise.allSettled(['a', 'b', 'c'].map((work) => share(work, options)));
    open();
    await done;
    expect(runs).toEqual([['a'], ['b', 'c']]);
  });
});
