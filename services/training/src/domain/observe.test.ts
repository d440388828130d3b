import { aTable, testStrength } from '../../tests/an-interaction-table';
import { prepareMaterial } from './material';
import { type ObservedTwice, withoutPairs } from './observe';

const DAY_MS = 86_400_000;

/** Pairs with their values, by id: `a x` 1. */
function pairsOf(
  { userKeys, itemIds }: { readonly userKeys: readonly string[]; readonly itemIds: readonly string[] },
  interactions: ObservedTwice['interactions'] | undefined,
): Readonly<Record<string, number>> | undefined {
  if (interactions === undefined) return undefined;
  const { userIndex, itemIndex, value } = interactions;
  const named = Array.from(userIndex, (user, e) => [`${userKeys[user]} ${itemIds[itemIndex[e]!]}`, value[e]!] as const);
  return Object.fromEntries(named);
}

const table = aTable(
  { user: 'shown only', item: 'x', type: 'impression' },
  { user: 'a', item: 'x', type: 'impression' },
  { user: 'a', item: 'x', day: 1 },
  { user: 'a', item: 'x', type: 'impression', day: 5 },
  { user: 'a', item: 'y', type: 'impression', day: 5 },
  { user: 'b', item: 'y', day: 6 },
  { user: 'b', item: 'nobody chose it', type: 'impression', day: 6 },
);

const prepare = (wants?: Parameters<typeof prepareMaterial>[2]['wants']) =>
  prepareMaterial({ table, items: new Map(), follows: [] }, { needs: [] }, { strengthOf: testStrength, wants });

describe('what is observed', () => {
  it('is what people chose alone, unless a recipe reads more', () => {
    const material = prepare();
    expect(pairsOf(material, material.data.interactions)).toEqual({ 'a x': 1, 'b y': 1 });
    expect(material.data).not.toHaveProperty('showings');
    expect(material.data).not.toHaveProperty('shift');
  });

  it('counts showings to users and of items that are known', () => {
    const material = prepare({ showings: true });
    expect(pairsOf(material, material.data.showings)).toEqual({ 'a x': 2, 'a y': 1 });
  });

  it('is told apart by the moment at which tastes shifted', () => {
    const material = prepare({ showings: true, tastesSinceMs: 5 * DAY_MS });
    const { earlier, since } = material.data.shift!;
    expect(pairsOf(material, earlier.interactions)).toEqual({ 'a x': 1 });
    expect(pairsOf(material, earlier.showings)).toEqual({ 'a x': 1 });
    expect(pairsOf(material, since.interactions)).toEqual({ 'b y': 1 });
    expect(pairsOf(material, since.showings)).toEqual({ 'a x': 1, 'a y': 1 });
    expect(pairsOf(material, material.data.interactions)).toEqual({ 'a x': 1, 'b y': 1 });
  });

  it('has nothing before a shift that is older than everything', () => {
    const { earlier } = prepare({ showings: true, tastesSinceMs: -1 }).data.shift!;
    expect([earlier.interactions.userIndex.length, earlier.showings!.userIndex.length]).toEqual([0, 0]);
    expect(earlier.interactions.userCount).toBe(2);
  });

  it('does not know in any part what is to be asked about', () => {
    const material = prepare({ showings: true, tastesSinceMs: 5 * DAY_MS });
    const { interactions } = material.data;
    const hidden = { ...interactions, userIndex: Int32Array.of(0), itemIndex: Int32Array.of(0) };
    const { showings, shift, ...rest } = withoutPairs(material.data, hidden);
    const parts = [rest.interactions, showings, shift!.earlier.interactions, shift!.earlier.showings];
    const found = [...parts, shift!.since.interactions, shift!.since.showings].map((part) => pairsOf(material, part));
    expect(found).toEqual([{ 'b y': 1 }, { 'a y': 1 }, {}, {}, { 'b y': 1 }, { 'a y': 1 }]);
  });
});
