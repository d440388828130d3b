import { isAppError } from '@attune/errors';
import type { DistributionWatch, Watched } from '../domain/detection/distribution-watch';
import type { JudgedUntil, JudgeStore } from '../judge-ports';

/** What keeping judges of a metric needs. */
export interface KeepJudgesParts<Values> {
  readonly store: JudgeStore;
  readonly metric: string;
  readonly watch: DistributionWatch<Values>;
  /** Given the windows that others have judged. */
  readonly onWindow: (watched: Watched, at: Date, values: Values) => void;
  /** Told once that what is stored cannot be read: it gives way to what is judged from now on. */
  readonly onUnreadable: (metric: string, error: unknown) => void;
  readonly newLine: () => string;
}

/**
 * Keeps the judges of a metric in memory as they are written down, so that a replica that starts, or has its turn after another, judges as the
 * one before would have.
 */
export function makeKeepJudges<Values>(parts: KeepJudgesParts<Values>) {
  const { store, metric, watch } = parts;
  let known: JudgedUntil | undefined;

  async function takeOver(stored: JudgedUntil): Promise<void> {
    if (known?.line !== stored.line || known.readUntil > stored.readUntil) forget();
    if (known?.readUntil.getTime() === stored.readUntil.getTime()) return;
    for await (const judge of store.read(metric, known?.readUntil)) {
      for (const { at, values } of watch.takeOver(judge)) parts.onWindow(judge, at, values);
    }
    known = stored;
  }

  function forget(): void {
    watch.forget();
    known = undefined;
  }

  return {
    /** Reads what others have written since; answers up to when windows were judged, undefined for never. */
    async catchUp(): Promise<Date | undefined> {
      const stored = await store.until(metric);
      try {
        if (stored === undefined) forget();
        else await takeOver(stored);
      } catch (error) {
        forget();
        if (!isAppError(error, 'invalid')) throw error;
        parts.onUnreadable(metric, error);
      }
      return known?.readUntil;
    },
    /** Writes down what was judged; where it cannot be, the next round begins with what is stored. */
    async write(readUntil: Date, keptFrom: Date): Promise<void> {
      const after = { line: known?.line ?? parts.newLine(), readUntil };
      await store.write(metric, { before: known, after, judges: watch.written(), keptFrom });
      known = after;
    },
    /** Lets go of what is in memory: it is read again. */
    forget,
  };
}
