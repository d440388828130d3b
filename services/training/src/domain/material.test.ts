import type { InteractionTable } from '@attune/interactions';
import { resolvePreferences, resolveRatings } from '@attune/interactions';
import { aCommunity, aTable, testStrength } from '../../tests/an-interaction-table';
import { holdOutLast, holdOutNewestRatings } from './hold-out';
import { prepareMaterial } from './material';

const said = (text: string) => ({ text, tags: [], category: '' });
const prepare = (table: InteractionTable, needs: ('item_content' | 'follows' | 'values')[] = []) =>
  prepareMaterial(
    {
      table,
      items: new Map([
        ['x', said('about x')],
        ['new', said('nobody met it')],
      ]),
      follows: [
        ['a', 'b'],
        ['a', '?'],
        ['a', 'a'],
      ],
    },
    { needs },
    { strengthOf: testStrength },
  );

describe('prepareMaterial', () => {
  const table = aTable(
    { user: 'a', item: 'x' },
    { user: 'b', item: 'x' },
    { user: 'b', item: 'y' },
    { user: 'c', item: 'z', type: 'hide' },
  );

  it('leaves out users and items that nothing speaks for', () => {
    const { userKeys, itemIds, data } = prepare(table);
    expect([userKeys, itemIds]).toEqual([
      ['a', 'b'],
      ['x', 'y'],
    ]);
    expect([data.interactions.userCount, data.interactions.itemCount]).toEqual([2, 2]);
    expect([data.items, data.follows]).toEqual([undefined, undefined]);
  });

  it('gives models that read content the items that nobody has met yet, behind the others', () => {
    const { itemIds, data } = prepare(table, ['item_content']);
    expect(itemIds).toEqual(['x', 'y', 'new']);
    expect(data.items!.map(({ text }) => text)).toEqual(['about x', '', 'nobody met it']);
    expect(data.interactions.itemCount).toBe(3);
  });

  it('knows follows among users who are there, and nobody who follows themselves', () => {
    const { follows } = prepare(table, ['follows']).data;
    expect([[...follows!.offsets], [...follows!.indices]]).toEqual([[0, 1, 1], [1]]);
  });

  it.each([
    [
      'one user only',
      [
        { user: 'a', item: 'x' },
        { user: 'a', item: 'y' },
      ],
      [],
      'dataset_too_small',
    ],
    [
      'one item only',
      [
        { user: 'a', item: 'x' },
        { user: 'b', item: 'x' },
      ],
      [],
      'dataset_too_small',
    ],
    ['nothing that speaks for an item', [{ user: 'a', item: 'x', type: 'hide' }], [], 'dataset_no_positives'],
    ['no rating where ratings are learned', [{ user: 'a', item: 'x' }], ['values'], 'dataset_no_ratings'],
  ] as const)('refuses a data set of %s', (_, rows, needs, problem) => {
    expect(() => prepare(aTable(...rows), [...needs])).toThrow(
      expect.objectContaining({ code: `failed_precondition.${problem}` }),
    );
  });

  it('reads the newest rating of a pair as it was given', () => {
    const ratings = aTable(
      { user: 'a', item: 'x', type: 'rating', value: 2, day: 2 },
      { user: 'a', item: 'x', type: 'rating', value: 5, day: 1 },
      { user: 'b', item: 'y', type: 'rating', value: 1 },
      { user: 'b', item: 'x' },
    );
    expect([...prepare(ratings, ['values']).data.interactions.value]).toEqual([2, 1]);
  });

  it.each([
    ['no interactions', aTable(), 'dataset_empty', []],
    ['nothing liked', aTable({ type: 'hide' }), 'dataset_no_positives', []],
    ['one user', aTable({ item: 'x' }, { item: 'y' }), 'dataset_too_small', []],
    ['one item', aTable({ user: 'a' }, { user: 'b' }), 'dataset_too_small', []],
    ['no ratings', table, 'dataset_no_ratings', ['values' as const]],
  ])('refuses a dataset with %s', (_, refused, reason, needs) => {
    expect(() => prepare(refused, [...needs])).toThrow(
      expect.objectContaining({ code: `failed_precondition.${reason}` }),
    );
  });
});

describe('hold-outs', () => {
  it('hide the newest of each asked user and keep all else', () => {
    const all = resolvePreferences(aCommunity(), testStrength);
    const { training, test } = holdOutLast(all, { maxUsers: 50, seed: 3 });
    expect(test.userIndex.length).toBe(50);
    expect(training.userIndex.length).toBe(all.userIndex.length - 50);
    for (const [entry, user] of test.userIndex.entries()) {
      const newest = Math.max(...all.timeMs.filter((_, e) => all.userIndex[e] === user));
      expect(test.timeMs[entry]).toBe(newest);
    }
  });

  it('hide the newest tenth of the ratings, but never all of a user', () => {
    const rows = Array.from({ length: 40 }, (_, n) => ({
      ...{ user: `u${n % 4}`, item: `i${n}`, type: 'rating', value: 3, day: n },
    }));
    const table = aTable(...rows, { user: 'late', item: 'i1', type: 'rating', value: 4, day: 99 });
    const { training, test } = holdOutNewestRatings(resolveRatings(table));
    expect(test.userIndex.length).toBe(3);
    expect(new Set(training.userIndex).size).toBe(5);
  });
});
