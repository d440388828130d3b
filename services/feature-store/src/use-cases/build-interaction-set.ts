import { requireNone } from '../domain/request-size';
import { sliceViolations } from '../domain/training-set/question';
import { TrainingSetSummary } from '../domain/training-set-summary';
import type { DatasetWriter, HistoryReadOptions, HistorySlice, InteractionSetFiles } from '../interaction-set-ports';
import type { CallOptions } from '../ports';
import { trainingSetBuilt } from '../telemetry';
import type { InteractionsQuestion, TrainingSetNeeds, TrainingSetProgress } from './training-set';

/** Writes the interactions of a slice, without those of users who refuse, and what was asked for beside them. */
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
  await requireHistory(needs, slice, options);
  const expected = await needs.history.rowCountEstimate(options);
  const summary = new TrainingSetSummary();
  let leftOutUserCount = 0;
  await using writer = needs.openWriter(options);
  const onLeftOut = (userCount: number) => {
    leftOutUserCount = userCount;
  };
  for await (const rows of needs.history.rows(slice, { ...options, onLeftOut, ...besides(question, writer) })) {
    await writer.add(rows);
    summary.add(rows);
    // The estimate knows nothing of the slice, so it never promises the end.
    yield { fraction: Math.min(0.99, summary.rowCount / Math.max(expected, 1)), rowCount: summary.rowCount };
  }
  const files = await writer.finish((written) => manifestOf(slice, summary, written));
  await needs.datasets.register({ datasetId: files.contentHash, kind: 'interactions', builtAt: now });
  trainingSetBuilt(summary.rowCount);
  const { itemObjectKeys, followObjectKeys, ...rest } = files;
  const content = { kind: 'interactions', summary, itemObjectKeys, followObjectKeys } as const;
  const dataset = { ...rest, knownAt: question.knownAt ?? now, leftOutUserCount, content };
  yield { fraction: 1, rowCount: summary.rowCount, dataset };
}

/** Loads back what left the database: of a moment in the past, all changes of items and follows until then. */
async function requireHistory(
  needs: TrainingSetNeeds,
  { from, to, knownAt, includeItems, includeFollows }: InteractionsQuestion & HistorySlice,
  options: CallOptions,
): Promise<void> {
  await needs.requireDays({ from, to, tables: ['interactions', 'entity_changes'] }, options);
  if (knownAt === undefined || !(includeItems || includeFollows)) return;
  await needs.requireDays({ from: undefined, to: knownAt, tables: ['entity_changes'] }, options);
}

function besides(
  { includeItems, includeFollows }: InteractionsQuestion,
  writer: DatasetWriter,
): Pick<HistoryReadOptions, 'onItems' | 'onFollows'> {
  return {
    ...(includeItems ? { onItems: (items) => writer.addItems(items) } : {}),
    ...(includeFollows ? { onFollows: (follows) => writer.addFollows(follows) } : {}),
  };
}

function manifestOf(slice: HistorySlice, summary: TrainingSetSummary, files: InteractionSetFiles) {
  return {
    formatVersion: 1,
    ...files,
    kind: 'interactions',
    columns: { user_key: 'text', item_id: 'text', type: 'text', value: 'number or null', occurred_at: 'ms since 1970' },
    itemColumns: { item_id: 'text', title: 'text', text: 'text', tags: 'JSON list of text', category: 'text' },
    followColumns: { follower_key: 'text', followee_key: 'text' },
    from: slice.from?.toISOString() ?? null,
    ...summary.toJSON(),
  };
}
