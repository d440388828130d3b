import { sharedRuns } from './shared-runs';

/** Work whose runs a test ends. */
function heldWork() {
  const runs: PromiseWithResolvers<void>[] = [];
  const work = () => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  };
  return { runs, run: sharedRuns(work) };
}

describe('sharedRuns', () => {
  it('gives all who call during a run the one that begins behind it', async () => {
    const { runs, run } = heldWork();
    const first = run();
    const others = [run(), run()];
    expect(runs).toHaveLength(1);
    runs[0]!.resolve();
    await first;
    // before the next has begun, another caller does not begin one of its own
    others.push(run());
    await Promise.resolve().then(() => undefined);
    expect(runs).toHaveLength(2);
    runs[1]!.resolve();
    await Promise.all(others);
    expect(runs).toHaveLength(2);
  });

  it('runs again after a run that failed, which fails for those alone who shared it', async () => {
    const { runs, run } = heldWork();
    const [first, second] = [run(), run()];
    runs[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await Promise.resolve().then(() => undefined);
    runs[1]!.resolve();
    await expect(second).resolves.toBeUndefined();
  });
});
