import { resolvePreferences, resolveRatings } from '@attune/interactions';
import { type AnInteraction, aTable, testStrength } from '../../tests/an-interaction-table';

function weightsOf(...interactions: AnInteraction[]): number[] {
  return [...resolvePreferences(aTable(...interactions), testStrength).value].map((value) => Number(value.toFixed(4)));
}

describe('resolvePreferences', () => {
  it('adds up what speaks for an item', () => {
    expect(weightsOf({ type: 'view' }, { type: 'view', day: 1 })).toEqual([0.4]);
  });

  it('lets many interactions grow only by their logarithm', () => {
    expect(weightsOf(...Array.from({ length: 10 }, () => ({})))).toEqual([Number((1 + Math.log(10)).toFixed(4))]);
  });

  it('forgets what a hide ended', () => {
    expect(weightsOf({}, { type: 'hide', day: 1 })).toEqual([]);
  });

  it('reads interactions by time, not by row', () => {
    expect(weightsOf({ type: 'hide', day: 2 }, { type: 'like', day: 1 })).toEqual([]);
  });

  it('begins anew when a user likes an item after hiding it', () => {
    expect(weightsOf({ type: 'view' }, { type: 'hide', day: 1 }, { type: 'like', day: 2 })).toEqual([1]);
  });

  it('restores what was there when a hide is taken back, even a double one', () => {
    const hides = [
      { type: 'hide', day: 1 },
      { type: 'hide', day: 2 },
    ];
    expect(weightsOf({}, ...hides, { type: 'unhide', day: 3 })).toEqual([1]);
  });

  it('does not take a dislike back with an unhide', () => {
    expect(weightsOf({}, { type: 'dislike', day: 1 }, { type: 'unhide', day: 2 })).toEqual([]);
  });

  it('lets a new rating replace the old one', () => {
    const rating = (value: number, day: number) => ({ type: 'rating', value, day });
    expect(weightsOf(rating(5, 0), rating(4, 1))).toEqual([0.5]);
    expect(weightsOf(rating(5, 0), rating(1, 1))).toEqual([]);
  });

  it('keeps the time of the last positive interaction', () => {
    const { timeMs } = resolvePreferences(aTable({ day: 1 }, { day: 3 }, { type: 'impression', day: 9 }), testStrength);
    expect([...timeMs]).toEqual([3 * 86_400_000]);
  });

  it('orders entries by user', () => {
    const table = aTable({ user: 'a', item: 'x' }, { user: 'b', item: 'y' }, { user: 'a', item: 'z' });
    expect([...resolvePreferences(table, testStrength).userIndex]).toEqual([0, 0, 1]);
  });

  it('refuses an empty dataset', () => {
    expect(() => resolvePreferences(aTable(), testStrength)).toThrow(
      expect.objectContaining({ code: 'failed_precondition.dataset_empty' }),
    );
  });

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses a rating of %d', (value) => {
    const table = aTable({}, { type: 'rating', value });
    expect(() => resolvePreferences(table, testStrength)).toThrow('row 1 has an infinite value');
    expect(() => resolveRatings(table)).toThrow('row 1 has an infinite value');
  });

  it('refuses rows without a time and rows that name nobody', () => {
    expect(() => resolvePreferences(aTable({ day: Number.NaN }), testStrength)).toThrow('row 0 has no time');
    const table = { ...aTable({}), userIndex: Int32Array.of(1) };
    expect(() => resolvePreferences(table, testStrength)).toThrow('names user 1 of 1');
  });
});
