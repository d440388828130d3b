import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { detectLayout } from './detect-format';
import { type Row, readRows } from './read-rows';

const folder = mkdtempSync(join(tmpdir(), 'attune-rows-'));

async function rowsOf(name: string, content: string | Buffer): Promise<Row[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const layout = await detectLayout(path, {});
  return (await Array.fromAsync(readRows({ path, ...layout, signal: new AbortController().signal }))).flat();
}

describe('readRows', () => {
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads tab-separated rows with their line numbers', async () => {
    expect(await rowsOf('a.tsv', 'u1\ti1\t3\nu2\ti2\t4\n')).toEqual([
      { line: 1, cells: ['u1', 'i1', '3'] },
      { line: 2, cells: ['u2', 'i2', '4'] },
    ]);
  });

  it('unpacks gzip, whatever the file is called', async () => {
    const rows = await rowsOf('b.csv', gzipSync('u1,i1\nu2,i2\n'));
    expect(rows.map((row) => 'cells' in row && row.cells)).toEqual([
      ['u1', 'i1'],
      ['u2', 'i2'],
    ]);
  });

  it('keeps commas and line ends inside of quotes', async () => {
    const rows = await rowsOf('c.csv', 'i1,"City of Lost\nChildren, The"\ni2,Heat\n');
    expect(rows.map((row) => 'cells' in row && row.cells[1])).toEqual(['City of Lost\nChildren, The', 'Heat']);
  });

  it('keeps counting lines when a quotation mark comes late in the file', async () => {
    const plain = Array.from({ length: 60_000 }, (_, n) => `i${n},t\n`).join('');
    const rows = await rowsOf('late.csv', `${plain}last,"a, b"\n`);
    expect(rows).toHaveLength(60_001);
    expect(rows.at(-1)).toEqual({ line: 60_001, cells: ['last', 'a, b'] });
  });

  it('takes quotation marks for text where tabs separate the cells', async () => {
    expect(await rowsOf('q.tsv', 'u1\t"i1\nu2\ti2"\n')).toMatchObject([
      { cells: ['u1', '"i1'] },
      { cells: ['u2', 'i2"'] },
    ]);
  });

  it('reads lines whatever ends them, leaves out empty ones, and needs no end after the last', async () => {
    const ends = ['\n', '\r\n', '\r'];
    const read = await Promise.all(ends.map((end, n) => rowsOf(`end${n}.tsv`, ['\ufeffa\tb', '', 'c\td'].join(end))));
    for (const rows of read) expect(rows).toMatchObject([{ cells: ['a', 'b'] }, { line: 3, cells: ['c', 'd'] }]);
  });

  it('reads files in Latin-1', async () => {
    const rows = await rowsOf('d.item', Buffer.from('1|Les Mis\u00e9rables|x\n', 'latin1'));
    expect(rows[0]).toMatchObject({ cells: ['1', 'Les Mis\u00e9rables', 'x'] });
  });

  it('reads rows that are separated by two colons', async () => {
    expect(await rowsOf('e.dat', '1::1193::5::978300760\n')).toMatchObject([
      { cells: ['1', '1193', '5', '978300760'] },
    ]);
  });

  it('reads JSON lines and tells which lines are none', async () => {
    const rows = await rowsOf('f.jsonl', '{"user":"u1","item":"i1"}\nnot json\n[1]\n{"user":"u2","item":"i2"}');
    expect(rows.map((row) => ('problem' in row ? row.line : 'object' in row && row.object.user))).toEqual([
      'u1',
      2,
      3,
      'u2',
    ]);
  });

  it('fails on a gzip file that was cut off, instead of taking it for complete', async () => {
    const whole = gzipSync(Buffer.alloc(300_000, 'u1,i1\n'));
    await expect(rowsOf('g.csv.gz', whole.subarray(0, whole.length - 40))).rejects.toThrow();
  });

  it('tells an empty file as such', async () => {
    await expect(rowsOf('h.csv', '')).rejects.toThrow(/is empty/);
  });

  it('says that a missing file is missing', async () => {
    await expect(detectLayout(join(folder, 'nothing.csv'), {})).rejects.toThrow(/cannot be read/);
  });
});
