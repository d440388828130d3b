import type { InteractionTable } from './interaction-table';
import { countShowings } from './showings';

function aTable(
  ...rows: readonly (readonly [user: number, item: number, type: string, timeMs: number])[]
): InteractionTable {
  const types = ['view', 'impression'];
  return {
    ...{ users: ['a', 'b'], items: ['x', 'y'], types },
    userIndex: Int32Array.from(rows, ([user]) => user),
    itemIndex: Int32Array.from(rows, ([, item]) => item),
    type: Uint8Array.from(rows, ([, , type]) => types.indexOf(type)),
    value: new Float32Array(rows.length).fill(Number.NaN),
    timeMs: Float64Array.from(rows, ([, , , time]) => time),
  };
}

describe('countShowings', () => {
  it('counts impressions by pair, ordered, with the time of the newest', () => {
    const shown = countShowings(
      aTable(
        [1, 0, 'impression', 5],
        [0, 1, 'impression', 9],
        [0, 1, 'view', 10],
        [0, 1, 'impression', 2],
        [0, 0, 'view', 3],
      ),
    );
    expect(shown).toEqual({
      ...{ userCount: 2, itemCount: 2 },
      userIndex: Int32Array.of(0, 1),
      itemIndex: Int32Array.of(1, 0),
      value: Float32Array.of(2, 1),
      timeMs: Float64Array.of(9, 5),
    });
  });

  it('counts nothing where nobody was shown anything', () => {
    expect(countShowings(aTable([0, 0, 'view', 1])).userIndex).toHaveLength(0);
  });
});
