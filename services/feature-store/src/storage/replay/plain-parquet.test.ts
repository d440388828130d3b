import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { type PlainColumn, PlainParquet } from './plain-parquet';

const columns: PlainColumn[] = [
  { name: 'amount', type: 'double' },
  { name: 'word', type: 'text' },
  ...Array.from({ length: 20 }, (_, n): PlainColumn => ({ name: `c${n}`, type: 'double' })),
];

function fileOf(groups: readonly number[]): ArrayBuffer {
  const file = new PlainParquet(columns, { about: '{"ü":1}' });
  let from = 0;
  for (const rowCount of groups) {
    const rows = Array.from({ length: rowCount }, (_, n) => from + n);
    const numbers = Float64Array.from([...rows, -1, -1]);
    const words = rows.map((n) => (n % 3 === 0 ? null : Buffer.from(n % 3 === 1 ? '' : `wört ${n}`)));
    file.add(rowCount, [numbers, words, ...Array.from({ length: 20 }, () => numbers)]);
    from += rowCount;
  }
  const bytes = Buffer.concat(file.finish());
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

describe('PlainParquet', () => {
  it('writes what another reader of Parquet reads', async () => {
    const file = fileOf([1_003, 7, 300]);
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(1_310);
    for (const [n, row] of rows.entries()) {
      expect(row).toMatchObject({ amount: n, c0: n, c19: n, word: [null, '', `wört ${n}`][n % 3] });
    }
  });

  it('tells of itself how many rows it has, in which groups, and what it is about', () => {
    const { num_rows, row_groups, key_value_metadata, created_by } = parquetMetadata(fileOf([4, 5]));
    expect([num_rows, ...row_groups.map((group) => group.num_rows)]).toEqual([9n, 4n, 5n]);
    expect(key_value_metadata).toEqual([{ key: 'about', value: '{"ü":1}' }]);
    expect(created_by).toBe('attune feature-store');
  });

  it('can be without rows', async () => {
    expect(await parquetReadObjects({ file: fileOf([]) })).toEqual([]);
  });
});
