// The child process that builds labelled examples. Built, and started by its path.
import { join } from 'node:path';
import { serveChild } from '@attune/jobs';
import { openObjectStore } from '@attune/object-store';
import { openDatabase } from '@attune/postgres';
import { planColumns } from './domain/training-set/column-plan';
import type { TrainingSetChildInput } from './jobs/child-examples-builder';
import { openReplayPool } from './jobs/replay-pool';
import type { ReplayInput } from './replay-worker';
import { DatasetFolder } from './storage/dataset-folder';
import { ParquetExampleWriter } from './storage/replay/parquet-example-writer';
import { withTimelines } from './storage/replay/postgres-timelines';
import type { BuiltExamples, ExamplesTask } from './training-set-ports';
import { makeBuildExamples } from './use-cases/build-examples';

const WORKER = join(__dirname, 'replay-worker.js');

serveChild<TrainingSetChildInput, BuiltExamples>(async (input, { progress, signal }) => {
  const { databaseUrl, schema, privacySecret, stateBytes, threads } = input;
  const connection = { url: databaseUrl, schema, applicationName: 'feature-store training set', maxConnections: 1 };
  await using database = await openDatabase(connection);
  await using objects = openObjectStore(input.objectStoreUrl);
  const build = makeBuildExamples({
    withTimelines: (task, aborted, use) => withTimelines(database, rulesOf(task), aborted, use),
    openReplayers: ({ question }, timeline) =>
      openReplayPool(
        WORKER,
        Array.from(
          { length: threads },
          (_, thread): ReplayInput => ({
            ...{ databaseUrl, schema, privacySecret, timeline, question, thread, threads },
            stateBytes: stateBytes / threads,
          }),
        ),
      ),
    openWriter: ({ replayed, splitMoments, about, signal: aborted }) => {
      const folder = new DatasetFolder({ objects, buildId: input.buildId, signal: aborted });
      return new ParquetExampleWriter({ plan: planColumns(replayed.selected), folder, splitMoments, about });
    },
  });
  // what was opened above closes when this is left, so it is awaited here
  return await build(input.task, { signal, onProgress: progress });
});

function rulesOf({ question, now }: ExamplesTask) {
  const { from, to = now, knownAt, labelRule, negatives, includeFlagged } = question;
  return {
    ...{ labelRule, includeFlagged, fromImpressions: negatives.fromImpressions, windowMs: negatives.windowMs },
    fromMs: from?.getTime(),
    toMs: to.getTime(),
    knownAtMs: knownAt?.getTime(),
    nowMs: (knownAt ?? now).getTime(),
  };
}
