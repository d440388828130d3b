import { isAppError } from '@attune/errors';
import { seededNormal } from '../../tests/seeded-random';
import { CategoryCounts } from '../sketch/category-counts';
import { DistributionSketch } from '../sketch/distribution-sketch';
import type { DriftJudge } from './drift-judge';
import { categoricalJudge, numericJudge } from './judges';
import type { WrittenWindow } from './stored-window';
import type { WindowJudgement } from './window-judgement';

const WINDOW_MINUTES = 360;
const PER_DAY = 4;
const DAYS = 31;
/** What is needed of older windows: two weeks, and one on either side. */
const KEPT = 14 * PER_DAY + 2;
const DRIFT = [24 * PER_DAY, 24 * PER_DAY + 5] as const;

const timeOf = (window: number) => new Date(window * WINDOW_MINUTES * 60_000);
const isDrift = (window: number) => window >= DRIFT[0] && window < DRIFT[1];

/** A feature with a day, a level that wanders, single odd windows and a drift. */
function numericWindows(): DistributionSketch[] {
  const normal = seededNormal(11);
  return Array.from({ length: DAYS * PER_DAY }, (_, window) => {
    const level = Math.sin((2 * Math.PI * window) / PER_DAY) + 0.03 * normal();
    const moved = isDrift(window) || window === 20 * PER_DAY ? 1.5 : 0;
    const sketch = new DistributionSketch();
    for (let at = 0; at < 60; at++) sketch.add(at % 20 === 0 ? null : level + moved + normal());
    return sketch;
  });
}

function wordWindows(): CategoryCounts[] {
  const normal = seededNormal(12);
  return Array.from({ length: DAYS * PER_DAY }, (_, window) => {
    const counts = new CategoryCounts();
    counts.add('de', Math.round(100 + 10 * normal()));
    counts.add(isDrift(window) ? 'fr' : 'en', Math.round(50 + 5 * normal()));
    counts.add(null, 3);
    return counts;
  });
}

interface Row {
  readonly judgement: WindowJudgement;
  readonly state: Uint8Array;
  readonly window: WrittenWindow;
}

/** A judge that knows only what another has written down. */
function after<Values>(newJudge: () => DriftJudge<Values>, rows: readonly Row[]): DriftJudge<Values> {
  const judge = newJudge();
  judge.takeOver(
    rows.at(-1)!.state,
    rows.slice(-KEPT).map(({ window }) => window),
  );
  return judge;
}

function rowsOf<Values>(judge: DriftJudge<Values>, values: readonly Values[]): readonly Row[] {
  return values.map((window, at) => {
    const judgement = judge.push(timeOf(at), window);
    return { judgement, state: judge.writtenState(), window: judge.writtenWindow() };
  });
}

const numbers = () => numericJudge({ windowMinutes: WINDOW_MINUTES });
const words = () => categoricalJudge({ windowMinutes: WINDOW_MINUTES });

/** One judge sees all; others take over from it, at every window, and one of them twice. */
function check<Values>(newJudge: () => DriftJudge<Values>, values: readonly Values[]): void {
  const rows = rowsOf(newJudge(), values);
  expect(new Set(rows.map(({ judgement }) => judgement.verdict)).size).toBe(4);
  for (let from = 1; from < rows.length; from++) {
    const next = after(newJudge, rows.slice(0, from));
    expect(next.latest).toEqual(rows[from - 1]!.judgement);
    expect(next.push(timeOf(from), values[from]!)).toEqual(rows[from]!.judgement);
    expect(next.writtenState()).toEqual(rows[from]!.state);
  }
  const late = after(newJudge, rows.slice(0, 40));
  late.takeOver(
    rows.at(-2)!.state,
    rows.slice(40, -1).map(({ window }) => window),
  );
  expect(late.push(timeOf(rows.length - 1), values.at(-1)!)).toEqual(rows.at(-1)!.judgement);
}

describe('a judge that takes over from another', () => {
  it.each([
    ['numbers', () => check(numbers, numericWindows())],
    ['categories', () => check(words, wordWindows())],
  ])('judges %s to the last digit as the other would, at whichever window it takes over', (_, run) => run());

  it('reads no more than twelve kilobytes beside the windows', () => {
    const sizes = rowsOf(numbers(), numericWindows()).map(({ state }) => state.length);
    expect(Math.max(...sizes)).toBeLessThan(12_000);
  });
});

describe('what a judge cannot read', () => {
  const values = numericWindows();
  const written = rowsOf(numbers(), values.slice(0, 30));
  const { state, window: last } = written.at(-1)!;
  const rows = written.map(({ window }) => window);

  it.each<[string, Uint8Array, readonly WrittenWindow[]]>([
    ['a state of another version', Uint8Array.from([2, ...state.subarray(1)]), rows],
    ['a state with something after it', Uint8Array.from([...state, 0]), rows],
    ['a state that is far too large', new Uint8Array(100_000).fill(1), rows],
    ['nothing', new Uint8Array(), rows],
    ['a window of another version', state, [{ ...last, bytes: Uint8Array.from([9, ...last.bytes.subarray(1)]) }]],
    ['half a window', state, [{ ...last, bytes: last.bytes.subarray(0, 30) }]],
    ['a state without its last window', state, rows.slice(0, -1)],
    ['a state without windows', state, []],
  ])('is %s, and it stays as it is', (_, bytes, windows) => {
    const other = numbers();
    expect(() => other.takeOver(bytes, windows)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^invalid/) }),
    );
    expect(other.latest).toBeUndefined();
    expect(other.push(timeOf(0), values[0]!).verdict).toBe('insufficient_data');
  });

  it('is a state that ends anywhere', () => {
    for (let length = 0; length < state.length; length++) {
      const other = numbers();
      let error: unknown;
      try {
        other.takeOver(state.subarray(0, length), rows);
      } catch (caught) {
        error = caught;
      }
      expect([length, isAppError(error, 'invalid')]).toEqual([length, true]);
    }
  });
});
