import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { makeProgram } from '../program';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-bandit-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const program = makeProgram({ env: {}, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', 'bandit', 'evaluate', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

function write(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Four items with clicks of 10 to 40 %, chosen with 40 to 10 %, in two positions; a leading index and columns that nobody asked for. */
function aLogText(rows = 4_000): string {
  // two additive recurrences: evenly spread, and the same in every run
  const lines = Array.from({ length: rows }, (_, row) => {
    const uniform = (row * 0.7548776662) % 1;
    const item = uniform < 0.4 ? 0 : uniform < 0.7 ? 1 : uniform < 0.9 ? 2 : 3;
    const click = (row * 0.569840291) % 1 < 0.1 * (item + 1) ? 1 : 0;
    return `${row},2019-11-24,item-${item},${1 + (row % 2)},${click},${0.4 - 0.1 * item},x`;
  });
  return `,timestamp,item_id,position,click,propensity_score,user_feature_0\n${lines.join('\n')}\n`;
}

const HEADER = 'item_id,position,click,propensity_score\n';

describe('attune bandit evaluate', () => {
  it('estimates the uniform policy from a packed log by every estimator', async () => {
    const path = write('log.csv.gz', gzipSync(aLogText()));
    const { out, exitCode } = await attune('--log', path, '--json');
    const told = JSON.parse(out);
    expect(exitCode).toBe(0);
    expect(told).toMatchObject({ target: 'uniform', rows: 4_000, items: 4, positions: 2, reward: 'click' });
    expect(told.largestWeight).toBeCloseTo(2.5, 9);
    expect(told.estimates.map(({ estimator }: { estimator: string }) => estimator)).toEqual([
      'ips',
      'snips',
      'direct',
      'doubly_robust',
      'switch',
    ]);
    for (const { low, high, effectiveSampleSize } of told.estimates) {
      expect(low).toBeLessThan(0.25);
      expect(high).toBeGreaterThan(0.25);
      expect(effectiveSampleSize).toBe(told.effectiveSampleSize);
    }
  });

  it('estimates a policy whose probabilities are in a file, by position', async () => {
    const log = write('log.csv', aLogText());
    const target = write('target.csv', 'probability,item_id,position\n1,item-0,1\n0.5,item-2,2\n0.5,item-3,2\n');
    const { out } = await attune('--log', log, '--target', target, '--estimators', 'snips', '--json');
    const { estimates } = JSON.parse(out);
    // half of 10 % and half of 35 %
    expect(estimates).toHaveLength(1);
    expect(estimates[0].value).toBeCloseTo(0.225, 1);
  });

  it('prints a table for people, with reasons where it refuses', async () => {
    const log = write('log.csv', aLogText());
    const { out } = await attune('--log', log, '--actions', '40');
    expect(out).toContain('Log: 4000 rows, 40 items, 2 positions; mean click 0.');
    expect(out).toContain('The log never shows 90.0 % of what the target chooses.');
    expect(out).toMatch(/snips +refused +the target policy puts 90.0 % of its choices/);
    expect((await attune('--log', log)).out).toMatch(/doubly_robust +0\.2\d+ +0\.2\d+ \.\. 0\.2\d+/);
  });

  it.each([
    ['a column that is missing', 'item_id,click\n1,0\n', /lacks the columns propensity_score/],
    ['a propensity of 0', `${HEADER}1,1,0,0.5\n2,1,0,0\n`, /line 3 .*propensity_score "0", which must be above 0/],
    ['a negative propensity', `${HEADER}1,1,0,-0.5\n`, /line 2 .*"-0.5"/],
    ['a propensity above 1', `${HEADER}1,1,0,1.01\n`, /line 2 .*"1.01"/],
    ['a propensity that is NaN', `${HEADER}1,1,0,NaN\n`, /line 2 .*"NaN"/],
    [
      'a reward that is infinite',
      `${HEADER}1,1,Infinity,0.5\n`,
      /line 2 .*click "Infinity", which is no finite number/,
    ],
    ['a reward that is a word', `${HEADER}1,1,yes,0.5\n`, /click "yes"/],
    ['a row that is too short', `${HEADER}1,1\n`, /line 2 .*click ""/],
    ['an item without a name', `${HEADER},1,0,0.5\n`, /line 2 .*has no item_id/],
    ['an empty file', '', /is empty: it needs a header/],
    ['a header without rows', HEADER, /has a header and no rows/],
  ])('refuses a log with %s', async (_, text, message) => {
    const { out, err, exitCode } = await attune('--log', write('bad.csv', text));
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(message);
  });

  it.each([
    ['do not add up to 1', 'item_id,probability\nitem-0,0.5\nitem-1,0.4\n', /add up to 0.9, and must to 1/],
    ['do not add up to 1 somewhere', 'item_id,probability,position\nitem-0,1,1\nitem-1,0.4,2\n', /0.4 in position 2/],
    ['lack a position', 'item_id,probability,position\nitem-0,1,1\n', /no probabilities for the log's position 2/],
    ['are negative', 'item_id,probability\nitem-0,-0.5\nitem-1,1.5\n', /line 2 .*"-0.5", which must be from 0 to 1/],
    ['come twice', 'item_id,probability\nitem-0,0.5\nitem-0,0.5\n', /line 3 .*a second time/],
  ])('refuses probabilities that %s', async (_, text, message) => {
    const log = write('log.csv', aLogText(100));
    const { err, exitCode } = await attune('--log', log, '--target', write('bad-target.csv', text));
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });

  it('refuses probabilities by position for a log that has none', async () => {
    const log = write('placeless.csv', 'item_id,click,propensity_score\n1,0,0.5\n2,1,0.5\n');
    const target = write('target.csv', 'item_id,probability,position\n1,1,1\n');
    const { err } = await attune('--log', log, '--target', target);
    expect(err).toMatch(/has probabilities by position, and the log has no column position/);
  });

  it('refuses estimators and counts of items that cannot be, and files that are not there', async () => {
    const log = write('log.csv', aLogText(100));
    expect((await attune('--log', log, '--estimators', 'magic')).err).toMatch(/has magic; there are ips, snips/);
    expect((await attune('--log', log, '--actions', '2')).err).toMatch(/--actions says 2, but the files show 4 items/);
    expect((await attune('--log', join(folder, 'none.csv'))).err).toMatch(/cannot be read/);
  });

  it('tells every bad line at once, as JSON too', async () => {
    const { out } = await attune('--log', write('bad.csv', `${HEADER}1,1,0,2\n1,1,0,0.5\n1,1,x,0.5\n`), '--json');
    expect(JSON.parse(out).error).toMatchObject({
      code: 'invalid.file',
      violations: [{ field: 'line 2' }, { field: 'line 4' }],
    });
  });
});
