import { aRequest, aUser, waiting } from '../../../tests/fixtures/a-request';
import type { KeptUser } from '../../user-ports';
import { blocksHydrator } from './blocks-hydrator';
import { keptUserHydrator } from './kept-user-hydrator';

const known: KeptUser = {
  ...aUser({ seen: [1], hidden: [2], recents: [{ item: 3, strength: 1, atMs: 5 }], forgottenAt: new Date(7) }),
  rejected: [],
  refused: [],
};
const { seen, hidden, recents, rejected, forgottenAt } = known;

describe('keptUserHydrator', () => {
  const aHydrator = (lastKnown?: KeptUser) =>
    keptUserHydrator({ users: { kept: async () => known, lastKnown: () => lastKnown } });

  it('finds what the user saw, hid and liked', async () => {
    expect(await aHydrator().hydrate(aRequest(), waiting)).toEqual({ seen, hidden, recents, rejected, forgottenAt });
  });

  it('falls back to what this process remembers', () => {
    expect(aHydrator(known).fallback(aRequest()).state).toEqual({ seen, hidden, recents, rejected, forgottenAt });
  });

  it('warns that seen items may come when nothing is remembered', () => {
    const { state, message } = aHydrator().fallback(aRequest());
    expect([state.seen?.size, state.hidden?.size, state.recents]).toEqual([0, 0, []]);
    expect(message).toMatch(/may hold items that the user has seen or hidden/);
  });
});

describe('blocksHydrator', () => {
  const blocks = { blockedAuthors: new Set([4]), hiddenTopics: new Set([9]) };
  const aHydrator = (lastKnown?: typeof blocks) =>
    blocksHydrator({ blocks: { blocksOf: async () => blocks, lastKnown: () => lastKnown } });

  it('finds what the user blocks', async () => {
    expect(await aHydrator().hydrate(aRequest(), waiting)).toEqual(blocks);
  });

  it('goes by the blocks that are remembered, and else warns', () => {
    expect(aHydrator(blocks).fallback(aRequest()).state).toEqual(blocks);
    const { state, message } = aHydrator().fallback(aRequest());
    expect(state).toEqual({ blockedAuthors: new Set(), hiddenTopics: new Set() });
    expect(message).toMatch(/may hold items by authors or about topics that the user blocks/);
  });
});
