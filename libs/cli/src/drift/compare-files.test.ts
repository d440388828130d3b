import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { makeProgram } from '../program';
import type { FileColumn, FileDrift } from './file-drift';

const folder = mkdtempSync(join(tmpdir(), 'attune-drift-test-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

type Row = readonly (string | number)[];

function aFile(header: readonly string[], rows: readonly Row[], ending = '.csv'): string {
  return aText([header, ...rows].map((row) => row.join(',')).join('\n'), ending);
}

function aText(text: string | Buffer, ending = '.csv'): string {
  const path = join(folder, `${files++}${ending}`);
  writeFileSync(path, text);
  return path;
}

/** Uniform numbers below 1, the same ones for a seed (Park and Miller 1988). */
function randomOf(seed: number): () => number {
  let state = seed;
  for (let warm = 0; warm < 3; warm++) state = (state * 48_271) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function rowsOf(count: number, seed: number, row: (u: () => number, at: number) => Row): Row[] {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, at) => row(random, at));
}

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const program = makeProgram({ env: {}, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  program.exitOverride();
  await program.parseAsync(['node', 'attune', 'drift', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

async function driftOf(reference: string, current: string): Promise<FileDrift> {
  const { out } = await attune('--reference', reference, '--current', current, '--json');
  return JSON.parse(out) as FileDrift;
}

/** One column of two files. */
async function columnOf(reference: readonly (string | number)[], current: readonly (string | number)[]) {
  const [one, other] = [reference, current].map((cells) =>
    aFile(
      ['x', 'y'],
      cells.map((cell) => [cell, 1]),
    ),
  );
  const { columns } = await driftOf(one!, other!);
  return columns[0]! as FileColumn;
}

const cells = (count: number, seed: number, cell: (u: () => number, at: number) => string | number) =>
  rowsOf(count, seed, (u, at) => [cell(u, at)]).map(([value]) => value!);

describe('drift between two files', () => {
  const header = ['score', 'country', 'plan'];
  const row = (shift: number) => (u: () => number) => [
    u() + u() + shift,
    u() < 0.7 ? 'at' : 'de',
    u() < 0.5 ? 'a' : 'b',
  ];
  const reference = aFile(header, rowsOf(2_000, 1, row(0)));

  it('finds none between samples of the same source', async () => {
    const drift = await driftOf(reference, aFile(header, rowsOf(2_000, 2, row(0))));
    expect(drift).toMatchObject({ verdict: 'no_drift', drifted: false, driftedColumns: [], missingColumns: [] });
    expect(drift.columns.map(({ type }) => type)).toEqual(['numeric', 'categorical', 'categorical']);
  });

  it('finds a shifted column, and says by which tests and how far', async () => {
    const drift = await driftOf(reference, aFile(header, rowsOf(1_000, 3, row(0.3))));
    expect(drift).toMatchObject({ verdict: 'drift', driftedColumns: ['score'] });
    const [score] = drift.columns;
    expect(score).toMatchObject({ drifted: true, tests: { ks: { drifted: true }, wasserstein: { drifted: true } } });
    // the sum of two uniform numbers has the mean 1; 0.3 of its standard deviation of 0.408 is 0.73
    expect(score!.tests.wasserstein!.value).toBeCloseTo(0.3, 1);
    expect(score!.effectSize!.value).toBeGreaterThan(0.5);
    expect(score!.current.mean! - score!.reference.mean!).toBeCloseTo(0.3, 1);
    expect(drift.summary).toBe('1 of 3 judged columns drifted: score.');
  });

  it('leaves a shift alone that is certain but too small to matter', async () => {
    const normal = (shift: number) => (u: () => number) => [
      Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u()) + shift,
      1,
    ];
    const one = aFile(['x', 'y'], rowsOf(100_000, 4, normal(0)));
    const { columns, verdict } = await driftOf(one, aFile(['x', 'y'], rowsOf(100_000, 5, normal(0.02))));
    expect(columns[0]!.tests.ks!.pValue).toBeLessThan(0.05);
    expect(verdict).toBe('no_drift');
  });

  it('finds shares that moved, new categories, and vanished ones', async () => {
    const country = (share: number) => (u: () => number) => (u() < share ? 'at' : 'de');
    expect(await columnOf(cells(1_000, 6, country(0.5)), cells(1_000, 7, country(0.7)))).toMatchObject({
      drifted: true,
      tests: { chiSquare: { drifted: true, degreesOfFreedom: 1 } },
    });
    const withNew = cells(2_000, 8, (u) => (u() < 0.02 ? 'ch' : country(0.5)(u)));
    expect(await columnOf(cells(2_000, 9, country(0.5)), withNew)).toMatchObject({
      drifted: true,
      tests: { categories: { newCategories: ['ch'], vanishedCategories: [] } },
      reason: expect.stringMatching(/% of the values are in new categories: "ch"/),
    });
    expect(await columnOf(withNew, cells(2_000, 9, country(0.5)))).toMatchObject({
      tests: { categories: { drifted: true, vanishedCategories: ['ch'] } },
    });
  });

  it('finds missing values, and a column that lost all of its values', async () => {
    const some = await columnOf(
      cells(500, 10, (u) => u()),
      cells(500, 11, (u) => (u() < 0.1 ? '' : u())),
    );
    expect(some).toMatchObject({ verdict: 'drift', tests: { nullRate: { drifted: true }, ks: { drifted: false } } });
    const all = await columnOf(
      cells(500, 12, (u) => u()),
      cells(500, 13, () => 'NULL'),
    );
    expect(all).toMatchObject({ verdict: 'drift', type: 'numeric', tests: { ks: null } });
    expect(all.reason).toMatch(/missing values went from 0 % to 100 %/);
  });

  it('counts NaN and infinite numbers as missing, and says how many', async () => {
    const odd = cells(200, 14, (u, at) => (at < 40 ? 'NaN' : at < 60 ? '-inf' : at < 70 ? '1e999' : u()));
    const column = await columnOf(
      cells(200, 15, (u) => u()),
      odd,
    );
    expect(column.current).toMatchObject({ count: 130, nullCount: 40, infiniteCount: 30, nullRate: 0.35 });
    expect(column.tests.nullRate!.drifted).toBe(true);
  });

  it('judges constants: the same one, another one, and one that begins to vary', async () => {
    const fives = Array<number>(100).fill(5);
    expect(await columnOf(fives, fives)).toMatchObject({ verdict: 'no_drift' });
    expect(await columnOf(fives, Array<number>(100).fill(6))).toMatchObject({
      verdict: 'drift',
      effectSize: null,
      tests: { ks: { statistic: 1 } },
    });
    expect(
      await columnOf(
        fives,
        cells(100, 16, (u) => u()),
      ),
    ).toMatchObject({ verdict: 'drift' });
  });

  it('says of too few rows that they are too few', async () => {
    const one = await driftOf(aFile(['x'], [[1]]), aFile(['x'], [[100]]));
    expect(one).toMatchObject({ verdict: 'insufficient_data', drifted: false });
    expect(one.columns[0]!.reason).toMatch(/1 values in the reference and 1 now are too few: it takes 20/);
  });

  it('tells a column that neither file fills from one that changed its type', async () => {
    const empty = Array<string>(50).fill('');
    expect(await columnOf(empty, empty)).toMatchObject({ type: 'empty', verdict: 'insufficient_data' });
    const numbers = cells(50, 17, (u) => u());
    const words = cells(50, 18, (u) => (u() < 0.5 ? 'low' : 'high'));
    expect(await columnOf(numbers, words)).toMatchObject({
      type: 'mixed',
      verdict: 'drift',
      reason: expect.stringMatching(/the type has changed: the reference has mostly numbers/),
    });
  });

  it('compares the numbers of a column with some texts, and counts the texts as missing', async () => {
    const mixed = (seed: number) => cells(400, seed, (u) => (u() < 0.3 ? 'n.b.' : u()));
    const column = await columnOf(mixed(19), mixed(20));
    expect(column).toMatchObject({ type: 'numeric', verdict: 'no_drift' });
    expect(column.reason).toMatch(/cells are no numbers and count as missing/);
  });

  it('does not compare identifiers', async () => {
    const users = (seed: number) => cells(300, seed, (u) => `u${Math.floor(u() * 1e9)}`);
    expect(await columnOf(users(21), users(22))).toMatchObject({
      verdict: 'insufficient_data',
      reason: expect.stringMatching(/identifiers or free text/),
    });
    const ids = (from: number) =>
      aFile(
        ['user_id', 'x'],
        rowsOf(100, 23, (u, at) => [from + at, u()]),
      );
    const drift = await driftOf(ids(0), ids(100));
    expect(drift.verdict).toBe('no_drift');
    expect(drift.columns[0]!.reason).toMatch(/a row number, an id or a time/);
    // without such a name, it is a measurement that moved
    const levels = (from: number) =>
      aFile(
        ['level'],
        rowsOf(100, 23, (_, at) => [from + at]),
      );
    expect((await driftOf(levels(0), levels(100))).driftedColumns).toEqual(['level']);
  });

  it('lists columns that only one file has, and takes a lost one for drift', async () => {
    const rows = rowsOf(100, 24, (u) => [u(), u()]);
    const drift = await driftOf(
      aFile(['a', 'b'], rows),
      aFile(
        ['b', 'c'],
        rows.map(([a, b]) => [b!, a!]),
      ),
    );
    expect(drift).toMatchObject({ verdict: 'drift', driftedColumns: [], missingColumns: ['a'], newColumns: ['c'] });
    expect(drift.summary).toBe('columns that the current file lacks: a.');
  });

  it('keeps columns on disk that are long', async () => {
    // more than the half megabyte of numbers after which a column is written
    const long = (seed: number) => cells(90_000, seed, (u) => u());
    const column = await columnOf(long(25), long(26));
    expect(column).toMatchObject({ verdict: 'no_drift', reference: { count: 90_000 } });
    expect(column.reference.median).toBeCloseTo(0.5, 2);
  });

  it('reads quotes, tabs, semicolons and gzip', async () => {
    const lines = (mark: string, seed: number) =>
      rowsOf(100, seed, (u) => [`"x, ${u() < 0.5 ? 1 : 2}"`, u()]).map((cellsOf) => cellsOf.join(mark));
    const text = (mark: string, seed: number) => `${['city', 'x'].join(mark)}\n${lines(mark, seed).join('\n')}\n`;
    const commas = await driftOf(aText(text(',', 27)), aText(gzipSync(text(',', 28)), '.csv.gz'));
    expect(commas).toMatchObject({ verdict: 'no_drift', columns: [{ type: 'categorical' }, { type: 'numeric' }] });
    const others = await driftOf(aText(text('\t', 29), '.tsv'), aText(text(';', 30)));
    expect(others).toMatchObject({ verdict: 'no_drift', columns: [{ type: 'categorical' }, { type: 'numeric' }] });
  });

  it('leaves out a few bad rows with a warning, and refuses a file of many', async () => {
    const good = rowsOf(300, 31, (u) => [u(), u()]);
    const few = await driftOf(aFile(['a', 'b'], good), aFile(['a', 'b'], [...good, [1, 2, 3]]));
    expect(few).toMatchObject({ verdict: 'no_drift', current: { skippedRows: 1, rowCount: 300 } });
    expect(few.warnings[0]).toMatch(/1 rows of .* were left out; the first: line 302 has 3 cells instead of 2/);
    const many = await attune(
      '--reference',
      aFile(['a', 'b'], good),
      '--current',
      aFile(['a', 'b'], [[1], [2, 3], [4]]),
    );
    expect(many).toMatchObject({ exitCode: 1, err: expect.stringMatching(/2 of 3 rows of .* cannot be read.*line 2/) });
  });

  it.each([
    ['an empty file', '', /is empty/],
    ['a header alone', 'a,b\n', /has a header and no rows/],
    ['names that occur twice', 'a,a\n1,2\n', /names columns twice: a/],
    ['no column in common', 'z\n1\n', /have no column in common/],
    ['a quotation mark that never closes', `score,country\n${'1,"at\n'.repeat(3)}`, /cannot be read/],
  ])('refuses %s', async (_, text, message) => {
    const { err, exitCode } = await attune('--reference', reference, '--current', aText(text));
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });

  it('refuses a file that is not there, and a question without files', async () => {
    expect(await attune('--reference', reference, '--current', join(folder, 'none.csv'))).toMatchObject({
      exitCode: 1,
    });
    expect((await attune('--reference', reference)).err).toMatch(/name two files/);
    expect((await attune('--reference', reference, '--model', 'm')).err).toMatch(/name two files/);
  });

  it('exits with 1 for drift only where that is asked for', async () => {
    const args = ['--reference', reference, '--current', aFile(header, rowsOf(500, 32, row(1)))];
    expect((await attune(...args)).exitCode).toBe(0);
    const { exitCode, out } = await attune(...args, '--fail-on-drift');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/score +numeric +drift/);
    expect(out).toMatch(/score: the distributions are .* apart/);
  });
});
