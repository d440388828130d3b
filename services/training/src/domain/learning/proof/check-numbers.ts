import { readModel } from '@attune/onnx';
import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import { check } from './checks';
import type { OpenedVersion } from './opened-version';

/** Scores that probing may ask for: a second of arithmetic. */
export const PROBED_SCORES = 20_000_000;

/** The first stored number that no training gives, in a sentence. */
export function strangeWeight({ artifact }: OpenedVersion): string | undefined {
  for (const [graph, model] of artifact.models) {
    for (const { name, type, raw } of readModel(model).initializers) {
      // single numbers are bounds of what comes in, and may be far out
      if (type !== 'float32' || raw.byteLength <= 4) continue;
      const values = new Float32Array(Uint8Array.from(raw).buffer);
      const strange = values.find((value) => Math.abs(value) > BOUNDS.largestWeight);
      if (strange !== undefined) return `"${name}" of ${graph} holds ${strange.toExponential(1)}`;
    }
  }
  return undefined;
}

/** What was answered to a probe: one row of scores, by item. */
export interface ProbedRow {
  readonly who: string;
  readonly scores: Float32Array;
}

/** What rows of scores say of a model. */
export interface ProbeFindings {
  /** The first answer that is no number. */
  readonly strange?: string;
  /** The share of rows whose scores are all the same. */
  readonly flatShare: number;
  /** The share of different best items among the rows. */
  readonly distinctShare: number;
}

/** Looks at every score of every row. Items that a graph does not name have minus infinity. */
export function findInRows(rows: readonly ProbedRow[]): ProbeFindings {
  let strange: string | undefined;
  let flat = 0;
  const best = new Set<string>();
  for (const { who, scores } of rows) {
    let [low, high, bestItem] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1];
    for (let item = 0; item < scores.length; item++) {
      const score = scores[item]!;
      if (score === Number.NEGATIVE_INFINITY) continue;
      if (!Number.isFinite(score)) strange ??= `${score} for ${who}`;
      if (score < low) low = score;
      if (score > high) [high, bestItem] = [score, item];
    }
    if (bestItem < 0) strange ??= `no score at all for ${who}`;
    if (!(high > low)) flat++;
    best.add(`${bestItem} ${high.toPrecision(6)}`);
  }
  const count = Math.max(1, rows.length);
  return { ...(strange === undefined ? {} : { strange }), flatShare: flat / count, distinctShare: best.size / count };
}

/** A few rows may be empty: people of whom nothing but dislikes is known. */
const FLAT_SHARE = 0.02;

/** Whether a ranker answers numbers to everybody, and not the same to all where the champion tells people apart. */
export function checkRankerNumbers(
  challenger: OpenedVersion,
  found: ProbeFindings,
  champion: ProbeFindings | undefined,
  probed: number,
): LearningCheck {
  const strange = strangeWeight(challenger) ?? found.strange;
  if (strange !== undefined) return check('numbers', false, `${strange}: no number that could be ranked by`);
  const allowed = FLAT_SHARE + (champion?.flatShare ?? 0);
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  if (found.flatShare > allowed) {
    return check('numbers', false, `${percent(found.flatShare)} of ${probed} answers say the same of every item`);
  }
  if (champion !== undefined && found.distinctShare < 0.1 * champion.distinctShare) {
    return check(
      'numbers',
      false,
      `its answers are ${percent(found.distinctShare)} different, the champion's ${percent(champion.distinctShare)}`,
    );
  }
  return check(
    'numbers',
    true,
    `${probed} answers, all of them numbers, ${percent(found.distinctShare)} of them different`,
  );
}
