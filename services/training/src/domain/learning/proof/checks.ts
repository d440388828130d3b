import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import type { OpenedVersion } from './opened-version';

/** A check that passed, or did not. */
export function check(name: string, passed: boolean, reason: string): LearningCheck {
  return { name, passed, reason };
}

/** The size of the artifact, by the rows of its tables. */
export function checkSize(challenger: OpenedVersion, champion: OpenedVersion | undefined): LearningCheck {
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;
  if (champion === undefined) return check('size', true, `${mb(challenger.sizeBytes)}; nothing to compare with`);
  const rows = ({ artifact: { itemIds, userKeys } }: OpenedVersion) => Math.max(1, itemIds.length + userKeys.length);
  const growth = Math.max(1, rows(challenger) / rows(champion));
  // a table of items against items grows with their square
  const allowed = BOUNDS.sizeRatio * growth ** 2 * champion.sizeBytes + 65_536;
  const figures = `${mb(challenger.sizeBytes)} against ${mb(champion.sizeBytes)}, at most ${mb(allowed)}`;
  return check('size', challenger.sizeBytes <= allowed, figures);
}

/** Whether what it learned from ends before the questions begin, by its own files and by what the registry says. */
export function checkFuture(one: {
  readonly newestMs: number;
  readonly trainedToMs: number;
  readonly heldOutFromMs: number;
  readonly isHeldOut: boolean;
}): LearningCheck {
  const { newestMs, trainedToMs, heldOutFromMs, isHeldOut } = one;
  if (!isHeldOut) return check('future', true, 'nothing was held back that it could have seen');
  const newest = Math.max(newestMs, trainedToMs);
  const figures = `it learned until ${moment(newest)}, and is asked from ${moment(heldOutFromMs)} on`;
  return check('future', newest <= heldOutFromMs, figures);
}

/** Whether the data set has what happened in its time, by what is known now. */
export function checkRows(found: number, expected: number): LearningCheck {
  const figures = `the data set has ${found} rows of the ${expected} that happened in its time`;
  return check('rows', found >= BOUNDS.knownShare * expected, figures);
}

/** What of some ids is known. */
export function shareKnown(
  ids: Iterable<string>,
  known: readonly string[],
): { known: number; of: number; share: number } {
  const set = new Set(known);
  let [found, of] = [0, 0];
  for (const id of ids) {
    of++;
    if (set.has(id)) found++;
  }
  return { known: found, of, share: of === 0 ? 1 : found / of };
}

const moment = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

/** A number for a sentence. */
export const short = (value: number) => (Number.isFinite(value) ? value.toFixed(4) : '?');
