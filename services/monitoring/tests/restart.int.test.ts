import { join } from 'node:path';
import { type Database, migrate, openDatabase, schemaFor } from '@attune/postgres';
import { useInfra } from '@attune/testkit';
import type { Detected } from '../src/domain/detection/detected';
import type { JudgeStore } from '../src/judge-ports';
import { PostgresJudgeStore } from '../src/storage/postgres-judge-store';
import { makeDistributionDetectors } from '../src/use-cases/detect-in-distributions';
import type { Detector } from '../src/use-cases/detect-in-series';
import { afterWindow, beginOf, CHANGED_FROM, copyJudges, JudgedWorld } from './judged-world';
import { MemoryJudges } from './memory-judges';

jest.setTimeout(120_000);
const infra = useInfra();
const METRICS = ['feature', 'feature_words', 'prediction'] as const;
/** The last window that is looked at before anything is restarted. */
const BEFORE = CHANGED_FROM - 3;
const ROUNDS = Array.from({ length: 6 }, (_, round) => BEFORE + 1 + round);

const world = new JudgedWorld();
const unreadable: string[] = [];
let lines = 0;
let database: Database;
let store: PostgresJudgeStore;
/** What was written down before. */
const judged = new MemoryJudges();
/** What a process that is never restarted says. */
let expected: readonly (readonly Detected[])[];

/** A process that has just started. */
const aProcess = (judges: JudgeStore = store): readonly Detector[] =>
  makeDistributionDetectors({
    ...{ series: world, judges, stopwatch: () => 0, lookBackMs: 1, newLine: () => `line ${++lines}` },
    onFull: (metric) => {
      throw new Error(`there is too much of ${metric}`);
    },
    onUnreadable: (metric) => unreadable.push(metric),
  });

async function round(detectors: readonly Detector[], window: number): Promise<readonly Detected[]> {
  const found: Detected[] = [];
  for (const { detect } of detectors)
    found.push(await detect(afterWindow(window), { signal: new AbortController().signal }));
  return found;
}

async function rounds(processOf: (at: number) => readonly Detector[]): Promise<readonly (readonly Detected[])[]> {
  const found: (readonly Detected[])[] = [];
  for (const [at, window] of ROUNDS.entries()) found.push(await round(processOf(at), window));
  return found;
}

beforeAll(async () => {
  const schema = schemaFor(infra.namespace, 'monitoring_judges');
  const { databaseUrl: url } = infra;
  await migrate({ url, schema, directory: join(__dirname, '..', 'migrations') });
  database = await openDatabase({ url, schema, applicationName: 'test' });
  store = new PostgresJudgeStore(database);
  const only = new MemoryJudges();
  const process = aProcess(only);
  await round(process, BEFORE);
  await copyJudges(only, judged, METRICS);
  expected = await rounds(() => process);
});

beforeEach(async () => {
  unreadable.length = 0;
  await copyJudges(judged, store, METRICS);
});

afterAll(() => database[Symbol.asyncDispose]());

const findingsOf = (found: readonly Detected[]) =>
  found.flatMap(({ findings }) => findings.map(({ kind, measure }) => `${kind} ${measure}`));

describe('judges of distributions', () => {
  it('find what has changed, and nothing before', () => {
    expect(expected.slice(0, 2).flatMap(findingsOf)).toEqual([]);
    const all = ['feature_drift item_age', 'feature_drift country', 'prediction_drift prediction'];
    expect(findingsOf(expected.at(-1)!)).toEqual([...all, 'estimated_performance estimated_auc']);
  });

  it('say after a restart before every round what they would have said without one', async () => {
    expect(await rounds(() => aProcess())).toEqual(expected);
  });

  it('agree with one where two replicas take turns', async () => {
    const [one, other] = [aProcess(), aProcess()];
    expect(await rounds((at) => (at % 3 === 0 ? one : other))).toEqual(expected);
  });

  it('say the same where a replica was away for hours, and both look at the same window', async () => {
    const [one, other] = [aProcess(), aProcess()];
    const found: (readonly Detected[])[] = [];
    await round(other, ROUNDS[0]!);
    for (const window of ROUNDS) found.push(await round(one, window));
    expect(found).toEqual(expected);
    expect(await round(other, ROUNDS.at(-1)!)).toEqual(expected.at(-1));
  });

  it('say nothing of drift before they have looked at all windows, and go on where they were killed', async () => {
    await database.query('DELETE FROM judged_until');
    let nowMs = 0;
    const slow = () =>
      makeDistributionDetectors({
        ...{ series: world, judges: store, stopwatch: () => (nowMs += 100), lookBackMs: 1_000, newLine: () => 'slow' },
        ...{ onFull: () => undefined, onUnreadable: (metric) => unreadable.push(metric) },
      })[0]!;
    const [window] = ROUNDS.slice(-1) as [number];
    const seen: Detected[] = [];
    while (seen.length < 10 && (seen.at(-1)?.findings.length ?? 0) === 0)
      seen.push(await slow().detect(afterWindow(window), { signal: new AbortController().signal }));
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.slice(0, -1).every(({ findings, inOrder }) => findings.length + inOrder.length === 0)).toBe(true);
    expect(seen.at(-1)).toEqual(expected.at(-1)![0]);
  });
});

describe('what was written down', () => {
  it.each([
    ['a state is garbage', `UPDATE judges SET state = '\\xdeadbeef' WHERE measure = 'item_age'`],
    [
      'a newest window is missing',
      `DELETE FROM judged_windows USING judges j WHERE j.judge_id = judged_windows.judge_id AND j.metric = 'feature' AND at = last_at`,
    ],
  ])('is let go with one warning where %s, and looked back for', async (_, damage) => {
    await database.query(damage);
    const [feature] = aProcess();
    const signal = new AbortController().signal;
    for (const [at, window] of ROUNDS.slice(-2).entries()) {
      expect(await feature!.detect(afterWindow(window), { signal })).toEqual(expected.at(at - 2)![0]);
    }
    expect(unreadable).toEqual(['feature']);
    const [again] = aProcess();
    expect(await again!.detect(afterWindow(ROUNDS.at(-1)!), { signal })).toEqual(expected.at(-1)![0]);
    expect(unreadable).toEqual(['feature']);
  });

  it('is all of a round or nothing of it, and the next round makes up for what was not written', async () => {
    let isBroken = false;
    const fails = new PostgresJudgeStore({
      ...database,
      query: (text, values) => database.query(text, values),
      transaction: (run) =>
        database.transaction(async (tx) => {
          const done = await run(tx);
          if (isBroken) throw new Error('the connection was lost at the end');
          return done;
        }),
    });
    const [feature] = aProcess(fails);
    const signal = new AbortController().signal;
    const tables = async () =>
      (
        await database.query(`SELECT judge_id, last_at, md5(state) AS state, (SELECT count(*) FROM judged_windows w
         WHERE w.judge_id = judges.judge_id) AS windows, (SELECT json_agg(u) FROM judged_until u) AS until FROM judges ORDER BY 1`)
      ).rows;
    const before = await tables();
    isBroken = true;
    await expect(feature!.detect(afterWindow(ROUNDS[3]!), { signal })).rejects.toThrow('the connection was lost');
    expect(await tables()).toEqual(before);
    isBroken = false;
    expect(await feature!.detect(afterWindow(ROUNDS[4]!), { signal })).toEqual(expected[4]![0]);
    const written = await Array.fromAsync(store.read('feature', beginOf(BEFORE)));
    expect(written.map(({ windows }) => windows.map(({ at }) => at))).toEqual(
      written.map(() => [BEFORE, ...ROUNDS.slice(0, 5)].map(beginOf)),
    );
    expect(unreadable).toEqual([]);
  });

  it('is another line where judges began anew, of which a replica that knew the one before keeps nothing', async () => {
    const [feature] = aProcess();
    const signal = new AbortController().signal;
    const judgedBy = async (window: number) =>
      (await feature!.detect(afterWindow(window), { signal })).inOrder.map(({ measure }) => measure);
    expect(await judgedBy(ROUNDS[0]!)).toContain('item_price');
    const after = { line: 'anew', readUntil: beginOf(BEFORE + 1) };
    const known = await Array.fromAsync(judged.read('feature', undefined));
    const judges = known.filter(({ measure }) => measure === 'item_age');
    await store.write('feature', { before: undefined, after, judges, keptFrom: new Date(0) });
    expect(new Set(await judgedBy(ROUNDS[1]!))).toEqual(new Set(['item_age']));
  });

  it('is refused from a replica that does not know of what another wrote, which then reads it', async () => {
    const stale = await store.until('prediction');
    await round(aProcess(), ROUNDS[0]!);
    const after = { line: stale!.line, readUntil: beginOf(BEFORE + 20) };
    const news = { before: stale, after, judges: [], keptFrom: new Date(0) };
    await expect(store.write('prediction', news)).rejects.toMatchObject({ code: 'conflict.judges' });
    expect((await store.until('prediction'))!.readUntil).toEqual(beginOf(ROUNDS[0]! + 1));
  });

  it('goes when it is too old to be compared with, and a judge with its last window', async () => {
    const stored = await store.until('feature');
    const keptFrom = beginOf(BEFORE - 10);
    await store.write('feature', { before: stored, after: stored!, judges: [], keptFrom });
    const windows = async () =>
      (await Array.fromAsync(store.read('feature', undefined))).map((one) => one.windows.length);
    expect(await windows()).toEqual([11, 11]);
    const later = { before: stored, after: stored!, judges: [], keptFrom: beginOf(BEFORE + 1) };
    await store.write('feature', later);
    expect(await windows()).toEqual([]);
    expect(await Array.fromAsync(store.read('feature_words', undefined))).toHaveLength(1);
  });
});
