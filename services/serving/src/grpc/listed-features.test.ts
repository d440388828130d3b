import { AppError } from '@attune/errors';
import { waiting } from '../../tests/fixtures/a-request';
import { ListedFeatures } from './listed-features';

/** A feature-store with two pages of features that can be out of order, and a stopwatch that a test turns. */
function setUp() {
  const state = { nowMs: 0, calls: 0, isAway: false };
  const listFeatures = async ({ pageToken }: { readonly pageToken?: string }) => {
    state.calls++;
    if (state.isAway) throw new AppError('unavailable.feature_store', 'away');
    const page = pageToken === 'next' ? [{ name: 'b', description: 'B.' }] : [{ name: 'a', description: 'A.' }];
    return { features: page, nextPageToken: pageToken === 'next' ? '' : 'next' };
  };
  const listed = new ListedFeatures(
    () => ({ listFeatures }) as never,
    () => state.nowMs,
  );
  return { state, all: () => listed.all(waiting) };
}

describe('what features mean', () => {
  it('is asked of the feature-store once, page by page, whoever asks meanwhile', async () => {
    const { state, all } = setUp();
    const [first, second] = await Promise.all([all(), all()]);
    expect([...first]).toEqual([
      ['a', 'A.'],
      ['b', 'B.'],
    ]);
    expect(second).toBe(first);
    await all();
    expect(state.calls).toBe(2);
  });

  it('is asked again after a while, and what was known stays where nobody answers', async () => {
    const { state, all } = setUp();
    const known = await all();
    state.nowMs = 600_000;
    state.isAway = true;
    expect(await all()).toBe(known);
    await all();
    expect(state.calls).toBe(3);
  });

  it('is nothing where nobody ever answered', async () => {
    const { state, all } = setUp();
    state.isAway = true;
    expect((await all()).size).toBe(0);
  });
});
