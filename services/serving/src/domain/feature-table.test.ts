import { columnOf, type FeatureTable, NOT_READ, rowsOf } from './feature-table';

const table: FeatureTable = {
  names: ['a', 'b'],
  rowCount: 2,
  values: Float64Array.of(1, 2, 3, Number.NaN),
  missing: Uint8Array.of(0, 0, 0, 2),
  updatedAtMs: Float64Array.of(10, 20),
  readAtMs: 30,
};

describe('rowsOf', () => {
  it('takes rows in another order, with why their values are missing and their times', () => {
    const rows = rowsOf(table, [1, 0]);
    expect([...rows.values]).toEqual([3, Number.NaN, 1, 2]);
    expect([...rows.missing]).toEqual([0, 2, 0, 0]);
    expect([...rows.updatedAtMs]).toEqual([20, 10]);
    expect(rows.readAtMs).toBe(30);
  });

  it('says of an item of which nothing was read that nothing was read', () => {
    const rows = rowsOf({ ...table, missing: new Uint8Array(0) }, [0, -1]);
    expect([...rows.missing]).toEqual([0, 0, NOT_READ, NOT_READ]);
    expect([...rows.values]).toEqual([1, 2, Number.NaN, Number.NaN]);
  });
});

it('finds columns by their names', () => {
  expect([columnOf(table, 'b'), columnOf(table, 'c')]).toEqual([1, -1]);
});
