import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { makeProgram } from '../program';
import type { Analysis } from './analysis';

const folder = mkdtempSync(join(tmpdir(), 'attune-analyze-'));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true }));

function aFile(lines: readonly string[], ending = '.csv'): string {
  const path = join(folder, `${files++}${ending}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const program = makeProgram({ env: {}, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', 'experiment', 'analyze', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

async function analysisOf(lines: readonly string[], ...args: string[]): Promise<Analysis> {
  const { out } = await attune('--file', aFile(lines), '--json', ...args);
  return JSON.parse(out) as Analysis;
}

/** Units of one variant, of which so many have the value 1. */
function zerosAndOnes(variant: string, successes: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${variant},${variant}-${at},${at < successes ? 1 : 0}`);
}

const HEADER = 'variant,unit,value';
// the two groups of R's `sleep`, the first as the treatment
const SLEEP_FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const SLEEP_SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
const SLEEP = [
  HEADER,
  ...SLEEP_SECOND.map((value, at) => `control,c${at},${value}`),
  ...SLEEP_FIRST.map((value, at) => `treatment,t${at},${value}`),
];

describe('attune experiment analyze', () => {
  it('tells what R tells of means', async () => {
    const { comparisons, metric } = await analysisOf(SLEEP);
    expect(metric.kind).toBe('mean');
    // t.test(extra ~ group, data = sleep)
    expect(comparisons![0]).toMatchObject({
      test: 'welch_t',
      pValue: expect.closeTo(0.07939414018735817, 12),
      low: expect.closeTo(-3.3654832307117104, 12),
      high: expect.closeTo(0.20548323071171018, 12),
      sequential: { isWarm: false, low: null, high: null, pValue: 1 },
    });
  });

  it('tells what R tells of shares', async () => {
    const rows = [HEADER, ...zerosAndOnes('control', 25, 50), ...zerosAndOnes('treatment', 15, 50)];
    const { comparisons, metric } = await analysisOf(rows);
    expect(metric.kind).toBe('proportion');
    // prop.test(c(15, 25), c(50, 50), correct = FALSE)
    expect(comparisons![0]).toMatchObject({
      test: 'chi_square',
      pValue: expect.closeTo(0.04122683333716357, 12),
      low: expect.closeTo(-0.3879931412322959, 12),
      posterior: { kind: 'beta' },
    });
  });

  it('takes zeros and ones for means where that is asked for', async () => {
    const rows = [HEADER, ...zerosAndOnes('control', 25, 50), ...zerosAndOnes('treatment', 15, 50)];
    expect((await analysisOf(rows, '--metric', 'mean')).comparisons![0]).toMatchObject({ test: 'welch_t' });
  });

  it('adjusts p values for several variants', async () => {
    const rows = ['b', 'a', 'c'].flatMap((name, at) => zerosAndOnes(name, 20 + 8 * at, 60));
    const { comparisons, control } = await analysisOf([HEADER, ...rows], '--control', 'a');
    expect([control, comparisons!.map(({ variant }) => variant)]).toEqual(['a', ['b', 'c']]);
    const compared = comparisons!.flatMap((one) => (one.status === 'compared' ? [one] : []));
    const smallest = Math.min(...compared.map(({ pValue }) => pValue));
    expect(Math.min(...compared.map(({ adjusted }) => adjusted!.holm))).toBeCloseTo(2 * smallest, 12);
  });

  it('uses a covariate, and leaves it out where units lack it', async () => {
    const units = (variant: string, shift: number) =>
      Array.from({ length: 40 }, (_, at) => `${variant},${variant}${at},${at + shift + (at % 3)},${at}`);
    const rows = ['variant,unit,value,covariate', ...units('control', 0), ...units('treatment', 2)];
    const covered = (await analysisOf(rows)).comparisons![0]!;
    expect(covered).toMatchObject({ status: 'compared', cuped: { varianceReduction: expect.any(Number) } });
    if (covered.status === 'compared') expect(covered.cuped!.pValue).toBeLessThan(1e-6);
    const uncovered = await analysisOf([...rows, 'control,new,5,']);
    expect(uncovered.comparisons![0]).not.toHaveProperty('cuped');
    expect(uncovered.warnings).toEqual([expect.stringMatching(/^1 units lack the covariate/)]);
  });

  it.each([
    ['mean', 'mean', 1.5],
    ['sum', 'mean', 2],
    ['ratio', 'ratio', 4 / 3],
  ])('counts units, not rows, whose rows come to their %s', async (way, kind, mean) => {
    // one unit has 1 and 0, or 1.5 on average with the other's 2.5; sums are 1 and 3 ...
    const rows = ['control,u1,1', 'control,u1,0', 'control,u2,3', 'treatment,u3,2', 'treatment,u4,2'];
    const values = way === 'mean' ? ['control,u1,1', 'control,u1,0', 'control,u2,2.5', ...rows.slice(3)] : rows;
    const analysis = await analysisOf([HEADER, ...values], '--per-unit', way);
    expect(analysis.metric.kind).toBe(kind);
    expect(analysis.variants[0]).toMatchObject({
      units: 2,
      rows: 3,
      value: { count: 2, mean: expect.closeTo(mean, 12) },
    });
    expect(analysis.warnings[0]).toMatch(/1 units have several rows/);
  });

  it('withholds results, and shows the counts, while the sample ratio is not sound', async () => {
    const rows = [HEADER, ...zerosAndOnes('control', 100, 600), ...zerosAndOnes('treatment', 150, 400)];
    const { withheld, comparisons, variants, recommendation } = await analysisOf(rows);
    expect(withheld!.reason).toMatch(/treatment has 400 units where 500 are due/);
    expect([comparisons, variants.map(({ value }) => value)]).toEqual([null, [null, null]]);
    expect(variants.map(({ units }) => units)).toEqual([600, 400]);
    expect(recommendation).toMatch(/^Do not decide/);
    const asPlanned = await analysisOf(rows, '--shares', 'control=0.6,treatment=0.4');
    expect(asPlanned.withheld).toBeNull();
  });

  it('counts out units of several variants, and withholds results where there are many', async () => {
    const rows = [HEADER, ...zerosAndOnes('control', 50, 150), ...zerosAndOnes('treatment', 70, 150)];
    const few = await analysisOf([...rows, 'control,x,1', 'treatment,x,1']);
    expect(few.crossedUnits).toEqual({ count: 1, share: 1 / 301 });
    expect(few.variants.map(({ units }) => units)).toEqual([150, 150]);
    expect(few.warnings).toEqual(['1 units were seen in several variants and are counted in none', expect.anything()]);
    const crossing = Array.from({ length: 10 }, (_, at) => `control,treatment-${at},1`);
    const many = await analysisOf([...rows, ...crossing]);
    expect(many.withheld!.reason).toMatch(/^3\.3 % of the units/);
  });

  it('says so where nothing varies', async () => {
    const rows = [HEADER, ...zerosAndOnes('control', 0, 50), ...zerosAndOnes('treatment', 0, 50)];
    const { comparisons, recommendation } = await analysisOf(rows);
    expect(comparisons![0]).toMatchObject({ status: 'not_compared', reason: expect.stringMatching(/do not vary/) });
    expect(recommendation).toMatch(/^Keep running/);
  });

  it('recommends in words', async () => {
    const better = [HEADER, ...zerosAndOnes('control', 100, 1_000), ...zerosAndOnes('treatment', 180, 1_000)];
    expect((await analysisOf(better)).recommendation).toMatch(/^Roll out "treatment": treatment is higher by 80\.00 %/);
    expect((await analysisOf(better, '--lower-is-better')).recommendation).toMatch(/^Stop, and keep "control"/);
    const alike = [HEADER, ...zerosAndOnes('control', 100, 1_000), ...zerosAndOnes('treatment', 105, 1_000)];
    expect((await analysisOf(alike)).recommendation).toMatch(/^Inconclusive.*units in each variant/);
  });

  it('warns whoever may have looked before', async () => {
    const rows = [HEADER, ...zerosAndOnes('control', 100, 1_000), ...zerosAndOnes('treatment', 130, 1_000)];
    const { recommendation } = await analysisOf(rows);
    expect(recommendation).toMatch(/^Roll out .* If this is not the only look at these data, keep running/);
  });

  it('prints tables for people', async () => {
    const { out, exitCode } = await attune('--file', aFile(SLEEP));
    expect(exitCode).toBe(0);
    expect(out).toMatch(/control \(control\) +10 +10 +50\.0 % of 50\.0 % +2\.33/);
    expect(out).toMatch(/treatment +-1\.58 \(-3\.365 \.\. 0\.2055\)/);
    expect(out).toMatch(/Sample ratio: sound/);
  });

  it.each([
    ['no rows', [HEADER], /has a header and no rows/],
    ['a column that is missing', ['variant,user,value', 'a,b,1'], /line 1 lacks the columns unit/],
    ['one variant', [HEADER, 'a,u1,1', 'a,u2,0'], /only the variant "a"/],
    [
      'a value that is none',
      [HEADER, 'a,u1,1', 'b,u2,NaN', 'b,u3,'],
      /line 3 has the value "NaN".*line 4: has the value ""/s,
    ],
    ['an infinite value', [HEADER, 'a,u1,Infinity'], /line 2 has the value "Infinity"/],
    ['a row without a unit', [HEADER, 'a,,1'], /line 2 has no unit/],
    ['a covariate that is none', ['variant,unit,value,covariate', 'a,u,1,x'], /line 2 has the covariate "x"/],
    [
      'too many variants',
      [HEADER, ...Array.from({ length: 51 }, (_, at) => `v${at},u${at},1`)],
      /line 52 .*right column/,
    ],
  ])('refuses a file with %s', async (_, lines, message) => {
    const { err, exitCode } = await attune('--file', aFile(lines));
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });

  it('refuses an empty file', async () => {
    const path = join(folder, 'empty.csv');
    writeFileSync(path, '');
    expect((await attune('--file', path)).err).toMatch(/is empty/);
  });

  it('stops reading where nothing is right', async () => {
    const { err } = await attune('--file', aFile([HEADER, ...Array.from({ length: 500 }, () => 'a,u,x')]));
    expect(err.split('\n').filter((line) => line.includes('has the value')).length).toBeLessThanOrEqual(11);
  });

  it.each([
    ['a control that is no variant', ['--control', 'old'], /no variant "old"; there are control, treatment/],
    [
      'shares of other variants',
      ['--shares', 'control=0.5,b=0.5'],
      /b: is no variant of the file.*treatment: has no share/s,
    ],
    ['shares that do not add up', ['--shares', 'control=0.5,treatment=0.6'], /add up to 1/],
    ['a proportion of numbers', ['--metric', 'proportion'], /not all 0 or 1/],
  ])('refuses %s', async (_, args, message) => {
    const { err, exitCode } = await attune('--file', aFile(SLEEP), ...args);
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });
});
