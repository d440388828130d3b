import { type Deed, observationsFrom } from './observations';

const liked = (item: number, atMs: number): Deed => ({ item, strength: 1, atMs });
const NOTHING = { recents: [], rejected: [], hidden: new Set<number>() };

describe('what counts beside what the model learned', () => {
  it('is the newest deeds, and of older ones those that came after its training, up to a bound', () => {
    const recents = Array.from({ length: 50 }, (_, at) => liked(at, 100 - at));
    expect(observationsFrom({ ...NOTHING, recents }, 85).map(({ item }) => item)).toEqual([...Array(15).keys()]);
    expect(observationsFrom({ ...NOTHING, recents }, 1_000)).toHaveLength(10);
    expect(observationsFrom({ ...NOTHING, recents }, 0)).toHaveLength(24);
  });

  it('adds up what was done with one item', () => {
    const recents = [liked(7, 3), { item: 7, strength: 0.2, atMs: 2 }];
    expect(observationsFrom({ ...NOTHING, recents }, 0)).toEqual([{ item: 7, strength: 1.2, target: 1 }]);
  });

  it('turns a like into its contrary when the item is hidden, whenever it was liked', () => {
    const hidden = new Set([7]);
    expect(observationsFrom({ ...NOTHING, recents: [liked(7, 3)], hidden }, 0)).toEqual([
      { item: 7, strength: 2, target: 0 },
    ]);
    expect(observationsFrom({ ...NOTHING, hidden }, 1_000)).toEqual([{ item: 7, strength: 2, target: 0 }]);
  });

  it('goes by the latest deed where somebody changed their mind', () => {
    const rejected = [{ item: 7, strength: -1, atMs: 5 }];
    expect(observationsFrom({ ...NOTHING, recents: [liked(7, 3)], rejected }, 0)).toEqual([
      { item: 7, strength: 1, target: 0 },
    ]);
    expect(observationsFrom({ ...NOTHING, recents: [liked(7, 9)], rejected }, 0)).toEqual([
      { item: 7, strength: 1, target: 1 },
    ]);
  });
});
