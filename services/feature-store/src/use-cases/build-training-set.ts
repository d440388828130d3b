import { AppError } from '@attune/errors';
import { requireNone } from '../domain/request-size';
import { TrainingSetSummary } from '../domain/training-set-summary';
import type { CallOptions, Clock, DatasetWriter, HistoryReader, HistorySlice } from '../ports';
import { trainingSetBuilt } from '../telemetry';
import type { RequireDays } from './restore-history';

/** What a training set is built from. */
export interface TrainingSetQuestion {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly knownAt: Date | undefined;
  readonly kind: 'interactions' | 'labelled_examples';
}

/** A finished training set. */
export interface TrainingSet {
  readonly contentHash: string;
  readonly objectKeys: readonly string[];
  readonly knownAt: Date;
  readonly summary: TrainingSetSummary;
}

/** How far a build is; the last one has the data set. */
export interface TrainingSetProgress {
  readonly fraction: number;
  readonly rowCount: number;
  readonly dataset?: TrainingSet;
}

interface Needs {
  readonly history: HistoryReader;
  readonly openWriter: (options: CallOptions) => DatasetWriter;
  readonly clock: Clock;
  /** Resolves when everything that was accepted before the call is in the history. */
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  /** Loads back what has left the database of the history. */
  readonly requireDays: RequireDays;
}

/**
 * Writes an immutable training set. It first waits for what was accepted before the call, so that "import, then train" sees
 * everything; a caller that goes away stops the work, and what was written so far is deleted.
 */
export function makeBuildTrainingSet(needs: Needs) {
  return async function* buildTrainingSet(
    question: TrainingSetQuestion,
    options: CallOptions = {},
  ): AsyncGenerator<TrainingSetProgress> {
    const slice = sliceOf(question, needs.clock());
    yield { fraction: 0, rowCount: 0 };
    await needs.caughtUp(options);
    await needs.requireDays({ from: slice.from, to: slice.to, tables: ['interactions'] }, options);
    const expected = await needs.history.rowCountEstimate(options);
    const summary = new TrainingSetSummary();
    await using writer = needs.openWriter(options);
    for await (const rows of needs.history.rows(slice, options)) {
      await writer.add(rows);
      summary.add(rows);
      // The estimate knows nothing of the slice, so it never promises the end.
      yield { fraction: Math.min(0.99, summary.rowCount / Math.max(expected, 1)), rowCount: summary.rowCount };
    }
    const files = await writer.finish((contentHash, objectKeys) => manifestOf(slice, summary, contentHash, objectKeys));
    trainingSetBuilt(summary.rowCount);
    const dataset = { ...files, knownAt: slice.knownAt, summary };
    yield { fraction: 1, rowCount: summary.rowCount, dataset };
  };
}

function sliceOf({ from, to, knownAt, kind }: TrainingSetQuestion, now: Date): HistorySlice {
  if (kind === 'labelled_examples') {
    throw new AppError('unimplemented.training_set_kind', 'labelled examples are in the contract but not built yet');
  }
  const isNoTime = (time: Date | undefined) => time !== undefined && Number.isNaN(time.getTime());
  const wrong = Object.entries({ from, to, known_at: knownAt }).filter(([, time]) => isNoTime(time));
  requireNone(wrong.map(([field]) => ({ field, description: 'must be a valid time' })));
  const slice = { from, to: to ?? now, knownAt: knownAt ?? now };
  const isEmpty = from !== undefined && from.getTime() >= slice.to.getTime();
  requireNone(isEmpty ? [{ field: 'from', description: 'must be before "to"' }] : []);
  return slice;
}

function manifestOf(
  slice: HistorySlice,
  summary: TrainingSetSummary,
  contentHash: string,
  objectKeys: readonly string[],
) {
  return {
    formatVersion: 1,
    contentHash,
    objectKeys,
    kind: 'interactions',
    columns: { user_key: 'text', item_id: 'text', type: 'text', value: 'number or null', occurred_at: 'ms since 1970' },
    from: slice.from?.toISOString() ?? null,
    ...summary.toJSON(),
  };
}
