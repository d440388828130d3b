import { aRequest, waiting } from '../../../tests/fixtures/a-request';
import type { SeenItems } from '../../ports';
import { NOTHING_SEEN, seenItemsHydrator } from './seen-items-hydrator';

const known: SeenItems = { seen: new Set(['a']), hidden: new Set() };
const aHydrator = (lastKnown?: SeenItems) =>
  seenItemsHydrator({ seenItems: { seenBy: async () => known, lastKnown: () => lastKnown } });

it('finds what the user has seen', async () => {
  expect(await aHydrator().hydrate(aRequest(), waiting)).toEqual({ seenItems: known });
});

it('falls back to what this process remembers', () => {
  expect(aHydrator(known).fallback(aRequest()).state).toEqual({ seenItems: known });
});

it('warns that seen items may come when nothing is remembered', () => {
  const { state, message } = aHydrator().fallback(aRequest());
  expect(state).toEqual({ seenItems: NOTHING_SEEN });
  expect(message).toMatch(/may hold items that the user has seen/);
});
