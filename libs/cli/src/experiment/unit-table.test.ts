import { CROSSED, UnitTable } from './unit-table';

function contentsOf(table: UnitTable): number[][] {
  const rows: number[][] = [];
  table.forEach((...row) => {
    rows.push(row);
  });
  return rows;
}

describe('UnitTable', () => {
  it('adds up what a unit does, and keeps units apart while it grows', () => {
    const table = new UnitTable();
    for (let round = 1; round <= 2; round++) {
      for (let unit = 0; unit < 20_000; unit++)
        table.add(`unit-${unit}`, { variant: unit % 3, value: unit, covariate: round });
    }
    expect(table.count).toBe(20_000);
    const rows = contentsOf(table).sort((a, b) => a[2]! - b[2]!);
    expect(
      rows.every(([variant, count, value, covariate], unit) => {
        return variant === unit % 3 && count === 2 && value === 2 * unit && covariate === 3;
      }),
    ).toBe(true);
  });

  it('marks a unit of several variants for good', () => {
    const table = new UnitTable();
    for (const variant of [0, 1, 0]) table.add('u', { variant, value: 1, covariate: Number.NaN });
    expect(contentsOf(table)).toEqual([[CROSSED, 3, 3, Number.NaN]]);
  });
});
