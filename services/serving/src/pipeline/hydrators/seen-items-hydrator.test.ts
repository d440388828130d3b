import { aRequest, waiting } from '../../../tests/fixtures/a-request';
import type { KeptUser } from '../../ports';
import { NOTHING_SEEN, seenItemsHydrator } from './seen-items-hydrator';

const seenItems = { seen: new Set(['a']), hidden: new Set<string>() };
const known: KeptUser = { ...seenItems, refused: [], forgottenAt: new Date(7) };
const aHydrator = (lastKnown?: KeptUser) =>
  seenItemsHydrator({ users: { kept: async () => known, lastKnown: () => lastKnown } });

it('finds what the user has seen', async () => {
  expect(await aHydrator().hydrate(aRequest(), waiting)).toEqual({ seenItems, forgottenAt: known.forgottenAt });
});

it('falls back to what this process remembers', () => {
  expect(aHydrator(known).fallback(aRequest()).state).toEqual({ seenItems, forgottenAt: known.forgottenAt });
});

it('warns that seen items may come when nothing is remembered', () => {
  const { state, message } = aHydrator().fallback(aRequest());
  expect(state).toEqual({ seenItems: NOTHING_SEEN });
  expect(message).toMatch(/may hold items that the user has seen/);
});
