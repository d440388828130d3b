import { anItem } from '@attune/testkit';
import type { EntityState } from '../domain/entity-state';
import { VIEWS } from '../domain/feature-registry';
import { foldInto } from '../domain/fold';
import { initialState } from '../domain/packed-state';
import { itemFactsOf } from '../domain/profile-facts';
import type { FeatureProjection, StatesQuestion } from '../ports';
import { cachedFeatureProjection } from './cached-feature-projection';

const FRESH_MS = 100;

function anItemState(authorId: string): EntityState {
  const state = initialState(VIEWS.item);
  const facts = itemFactsOf(anItem({ authorId }), { acceptedAt: new Date(1), eventId: 'e' });
  foldInto(VIEWS.item, state, [{ kind: 'item', facts, occurredAtMs: 1 }]);
  return state;
}

/** A slab in front of a projection in which user `a` is the author of item `i`; tells what was asked behind it. */
function setUp() {
  const asked: StatesQuestion[] = [];
  const user = initialState(VIEWS.user);
  const item = anItemState('a');
  let now = 0;
  const behind: FeatureProjection = {
    put: async () => undefined,
    remove: async () => undefined,
    read: async (question) => {
      asked.push(question);
      return {
        ofUser: (id) => ({ user: id === 'a' ? user : undefined }),
        ofItem: (id) => (id === 'i' ? { item, author: user } : {}),
      };
    },
    isWhole: async () => true,
    markWhole: async () => undefined,
    onReturn: () => undefined,
  };
  const slab = cachedFeatureProjection(behind, { maxStates: 100, freshMs: FRESH_MS, stopwatch: () => now });
  const read = async (userIds: string[], itemIds: string[] = [], withAuthors = false) =>
    (await slab.read({ userIds, itemIds, withAuthors }))!;
  return { slab, read, asked, user, item, pass: (ms: number) => (now += ms) };
}

describe('the slab of states at hand', () => {
  it('asks once for what is asked again while it is fresh, also for what does not exist', async () => {
    const { read, asked, user } = setUp();
    await read(['a', 'nobody']);
    expect((await read(['a', 'nobody'])).ofUser('a').user).toBe(user);
    expect(asked).toHaveLength(1);
  });

  it('asks only for what it does not have', async () => {
    const { read, asked } = setUp();
    await read(['a']);
    await read(['a', 'b'], ['i']);
    expect(asked[1]).toEqual({ userIds: ['b'], itemIds: ['i'], withAuthors: false });
  });

  it('asks again when the time is up', async () => {
    const { read, asked, pass } = setUp();
    await read(['a']);
    pass(FRESH_MS + 1);
    await read(['a']);
    expect(asked).toHaveLength(2);
  });

  it('forgets at once what this process projects', async () => {
    const { slab, read, asked, user } = setUp();
    await read(['a']);
    await slab.put(VIEWS.user, new Map([['a', user]]));
    await read(['a']);
    expect(asked).toHaveLength(2);
  });

  it('does not keep what was read before a change that came meanwhile', async () => {
    const { slab, read, asked, user } = setUp();
    const reading = read(['a']);
    const changing = slab.put(VIEWS.user, new Map([['a', user]]));
    await Promise.all([reading, changing]);
    await read(['a']);
    expect(asked).toHaveLength(2);
  });

  it('finds the author of an item at hand, and asks for an author that it does not have', async () => {
    const { read, asked, item, user } = setUp();
    await read([], ['i'], true);
    expect((await read([], ['i'], true)).ofItem('i')).toMatchObject({ item, author: user });
    expect(asked).toHaveLength(1);
    const other = setUp();
    await other.read([], ['i']);
    expect((await other.read([], ['i'], true)).ofItem('i').author).toBe(other.user);
    expect(other.asked[1]).toEqual({ userIds: ['a'], itemIds: [], withAuthors: true });
  });
});
