import { engagers } from './blocks/engagers';
import { recentPositives } from './blocks/recent-positives';
import type { FeatureEvent } from './feature-event';
import { VIEWS } from './feature-registry';
import type { ViewName } from './features/feature';
import { foldInto } from './fold';
import { dropAuthor, dropEngager } from './forget-in-states';
import { initialState, pack, unpack } from './packed-state';

const AUTHOR = 77;

const like = (userKey: number, itemKey: number): FeatureEvent => ({
  ...{ kind: 'interaction', type: 'like', strength: 1, occurredAtMs: 1_000 * itemKey + userKey, userKey, itemKey },
  item: {
    ...{ changedAtMs: 0, tie: 1, publishedAtMs: 0, category: '', tags: [], authorId: 'a', authorKey: AUTHOR + itemKey },
    ...{ contentType: 0, contentLength: 0, mediaCount: 0, sentiment: 0, readability: 0, topics: [] },
  },
});

/** A state as it comes out of the store. */
function stored(view: ViewName, events: readonly FeatureEvent[]) {
  const state = initialState(VIEWS[view]);
  foldInto(VIEWS[view], state, events);
  return unpack(VIEWS[view], pack(VIEWS[view], state))!;
}

const again = (view: ViewName, state: ReturnType<typeof stored>) => unpack(VIEWS[view], pack(VIEWS[view], state))!;

describe('a state that must forget somebody', () => {
  it('of an item no longer has the user among those who engaged with it', () => {
    const item = stored('item', [like(1, 5), like(2, 5), like(3, 5)]);
    expect(dropEngager(item, 2)).toBe(true);
    const kept = again('item', item).part(engagers);
    expect(kept).toEqual({ keys: [3, 1], times: [5_003, 5_001] });
    expect(dropEngager(again('item', item), 2)).toBe(false);
  });

  it('of a user no longer knows who the author of a liked item was', () => {
    const user = stored('user', [like(1, 5), like(1, 6)]);
    expect(dropAuthor(user, AUTHOR + 5)).toBe(true);
    expect(
      again('user', user)
        .part(recentPositives)
        .map(({ authorKey }) => authorKey),
    ).toEqual([AUTHOR + 6, 0]);
    expect(dropAuthor(again('user', user), AUTHOR + 5)).toBe(false);
  });
});
