import type * as ort from 'onnxruntime-node';
import type { Engine } from '../engine';
import { rankingOf } from '../open-graph';
import type { JobAnswer } from '../protocol';

/** What a graph of the artifact answered for a vector. */
export interface Expected {
  readonly vector: Float32Array;
  readonly measure: 'dot' | 'cosine';
  readonly answer: JobAnswer;
}

/** So much of the lists must come again. */
const LEAST_RECALL = 0.999;
/** Scores of an item may differ by this, relative to max(1, its size). */
const TOLERANCE = 1e-5;

/** Notes the ranking that a graph gave. */
export function expectedFrom(
  results: Readonly<Record<string, ort.Tensor>>,
  asked: Pick<Expected, 'vector' | 'measure'>,
): Expected {
  return { ...asked, answer: rankingOf(results) };
}

/** Asks an engine the same, and says what differs; undefined where it may serve. */
export async function whatDiffers(engine: Engine, expected: readonly Expected[]): Promise<string | undefined> {
  let [wanted, missing] = [0, 0];
  for (const { vector, measure, answer } of expected) {
    const count = answer.rows.length;
    const [actual] = await engine.run([{ do: 'by_vector', vector, measure, count }]);
    const far = farthest(answer, actual!);
    if (far > TOLERANCE) return `a score differs by ${far.toExponential(1)}`;
    wanted += count;
    missing += missingOf(answer, actual!);
  }
  const recall = wanted === 0 ? 1 : 1 - missing / wanted;
  return recall >= LEAST_RECALL ? undefined : `only ${recall.toFixed(4)} of the best items are found`;
}

function farthest(expected: JobAnswer, actual: JobAnswer): number {
  const scores = new Map(Array.from(expected.rows, (row, place) => [row, expected.scores[place]!]));
  let far = 0;
  for (const [place, row] of actual.rows.entries()) {
    const score = scores.get(row);
    if (score === undefined) continue;
    far = Math.max(far, Math.abs(score - actual.scores[place]!) / Math.max(1, Math.abs(score)));
  }
  return far;
}

/** An item of the same score at the end of a list is as good as the one that was expected. */
function missingOf(expected: JobAnswer, actual: JobAnswer): number {
  const found = new Set(actual.rows);
  const last = actual.scores.at(-1) ?? Number.NEGATIVE_INFINITY;
  const slack = TOLERANCE * Math.max(1, Math.abs(last));
  return Array.from(expected.rows).filter((row, place) => !found.has(row) && expected.scores[place]! > last + slack)
    .length;
}
