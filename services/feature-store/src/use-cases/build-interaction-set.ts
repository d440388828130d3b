import { requireNone } from '../domain/request-size';
import { sliceViolations } from '../domain/training-set/question';
import { TrainingSetSummary } from '../domain/training-set-summary';
import type { CallOptions, HistorySlice } from '../ports';
import { trainingSetBuilt } from '../telemetry';
import type { InteractionsQuestion, TrainingSetNeeds, TrainingSetProgress } from './training-set';

/** Writes the interactions of a slice, without those of users who refuse. */
export async function* buildInteractionSet(
  needs: TrainingSetNeeds,
  question: InteractionsQuestion,
  options: CallOptions,
): AsyncGenerator<TrainingSetProgress> {
  requireNone(sliceViolations(question));
  yield { fraction: 0, rowCount: 0 };
  await needs.caughtUp(options);
  const now = needs.clock();
  const slice = { ...question, to: question.to ?? now };
  await needs.requireDays({ from: slice.from, to: slice.to, tables: ['interactions', 'entity_changes'] }, options);
  const expected = await needs.history.rowCountEstimate(options);
  const summary = new TrainingSetSummary();
  let leftOutUserCount = 0;
  await using writer = needs.openWriter(options);
  const onLeftOut = (userCount: number) => {
    leftOutUserCount = userCount;
  };
  for await (const rows of needs.history.rows(slice, { ...options, onLeftOut })) {
    await writer.add(rows);
    summary.add(rows);
    // The estimate knows nothing of the slice, so it never promises the end.
    yield { fraction: Math.min(0.99, summary.rowCount / Math.max(expected, 1)), rowCount: summary.rowCount };
  }
  const files = await writer.finish((contentHash, objectKeys) => manifestOf(slice, summary, contentHash, objectKeys));
  await needs.datasets.register({ datasetId: files.contentHash, kind: 'interactions', builtAt: now });
  trainingSetBuilt(summary.rowCount);
  const content = { kind: 'interactions', summary } as const;
  const dataset = { ...files, knownAt: question.knownAt ?? now, leftOutUserCount, content };
  yield { fraction: 1, rowCount: summary.rowCount, dataset };
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
