import { schemaHashOf } from '../domain/feature-view';
import type { ReplayedViews } from '../domain/training-set/replayed-views';
import { replayedViews } from '../domain/training-set/replayed-views';
import type { SplitMoments } from '../domain/training-set/split';
import type { Timeline } from '../domain/training-set/visibility';
import type {
  BuiltExamples,
  ExamplesProgress,
  ExamplesTask,
  ExampleWriter,
  Replayers,
  Timelines,
} from '../training-set-ports';

interface Needs {
  withTimelines<T>(task: ExamplesTask, signal: AbortSignal, use: (timelines: Timelines) => Promise<T>): Promise<T>;
  openReplayers(task: ExamplesTask, timeline: Timeline): Replayers;
  openWriter(options: {
    readonly replayed: ReplayedViews;
    readonly splitMoments: SplitMoments;
    readonly about: object;
    readonly signal: AbortSignal;
  }): ExampleWriter;
}

/** What a build is told and tells. */
interface BuildOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExamplesProgress) => void;
}

/** Chunks that threads have before them: enough that none of them waits for the next one. */
const CHUNKS_AHEAD = 3;
/** About how much of the time goes by before the first row is replayed, and after the last one. */
const SORTED = 0.25;
const REPLAYED = 0.97;

/** Builds labelled examples: one pass over each timeline that has examples, rows streaming from the history into files. */
export function makeBuildExamples(needs: Needs) {
  return (task: ExamplesTask, { signal, onProgress }: BuildOptions): Promise<BuiltExamples> => {
    const { question } = task;
    const replayed = replayedViews(question.featureNames, question.negatives.sampledPerPositive > 0);
    const featureSchemaHash = schemaHashOfReplay(replayed);
    onProgress({ fraction: 0.01, rowCount: 0 });
    return needs.withTimelines(task, signal, async (timelines) => {
      onProgress({ fraction: SORTED, rowCount: 0 });
      const about = aboutOf(task, replayed, featureSchemaHash);
      const splitMoments = await timelines.splitMoments(question.split);
      await using writer = needs.openWriter({ replayed, splitMoments, about, signal });
      await replayAll(needs, task, { timelines, writer, onProgress });
      const { leftOutUserCount } = timelines.counts;
      const done = await writer.finish((figures, contentHash, objectKeys) => ({
        ...{ formatVersion: 1, kind: 'labelled_examples', contentHash, objectKeys, ...about, leftOutUserCount },
        ...figures,
      }));
      return { ...done, leftOutUserCount, featureSchemaHash };
    });
  };
}

interface Running {
  readonly timelines: Timelines;
  readonly writer: ExampleWriter;
  readonly onProgress: (progress: ExamplesProgress) => void;
}

async function replayAll(needs: Needs, task: ExamplesTask, { timelines, writer, onProgress }: Running): Promise<void> {
  const { counts } = timelines;
  const all: Timeline[] = ['live', 'filled_in'];
  const wanted = all.filter((timeline) => counts.lastMs.has(timeline));
  const expected = Math.max(1, counts.interactionCount * wanted.length);
  let seen = 0;
  for (const timeline of wanted) {
    await using replayers = needs.openReplayers(task, timeline);
    // Threads answer in the order of the chunks, and so are the rows written.
    let written: Promise<void> = Promise.resolve();
    let ahead = 0;
    await timelines.copy(timeline, (chunk) => {
      const replaying = replayers.replay(chunk);
      // it is awaited in its turn, and may fail before that
      replaying.catch(() => undefined);
      ahead++;
      written = written.then(async () => {
        const blocks = await replaying;
        await writer.add(blocks);
        ahead--;
        seen += blocks[0]!.entryCount;
        const share = Math.min(1, seen / expected);
        onProgress({ fraction: SORTED + (REPLAYED - SORTED) * share, rowCount: writer.rowCount });
      });
      // whoever awaits it last hears of a failure
      written.catch(() => undefined);
      return ahead > CHUNKS_AHEAD ? written : undefined;
    });
    await written;
  }
}

/** Names the features, their meanings and the schemas of their views: equal hashes have the same columns. */
function schemaHashOfReplay({ selected, views }: ReplayedViews): string {
  return schemaHashOf([
    ...selected.map(({ feature }) => [feature.name, feature.version, feature.valueType]),
    ...Object.values(views).map(({ schemaHash }) => schemaHash),
  ]);
}

function aboutOf({ question }: ExamplesTask, { selected, views }: ReplayedViews, featureSchemaHash: string): object {
  const { labelRule, negatives, split, includeFlagged } = question;
  const viewHashes = Object.fromEntries(Object.entries(views).map(([name, { schemaHash }]) => [name, schemaHash]));
  return {
    ...{ featureSchemaHash, viewHashes, labelRule, negatives, split: split ?? null, includeFlagged },
    features: selected.map(({ feature }) => `${feature.name}@${feature.version}`),
  };
}
