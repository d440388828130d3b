import type { PackedBlock } from './domain/training-set/example-block';
import type { ExampleFigures } from './domain/training-set/example-summary';
import type { ExamplesQuestion, SplitRule } from './domain/training-set/question';
import type { SplitMoments } from './domain/training-set/split';
import type { Timeline } from './domain/training-set/visibility';
import type { DatasetFiles } from './interaction-set-ports';
import type { CallOptions } from './ports';

/** What the history holds for a question. */
export interface TimelineCounts {
  readonly interactionCount: number;
  /** Examples without those that are sampled. */
  readonly exampleCount: number;
  readonly leftOutUserCount: number;
  /** The last moment of an example on each timeline that has any. */
  readonly lastMs: ReadonlyMap<Timeline, number>;
}

/** The timelines of one question, from one moment's state of the history. */
export interface Timelines {
  readonly counts: TimelineCounts;
  /** From which moments on the latest examples validate and test. */
  splitMoments(rule: SplitRule | undefined): Promise<SplitMoments>;
  /** Hands on a timeline's rows in chunks of bytes, in their order; what a chunk answers is waited for before more is read. */
  copy(timeline: Timeline, onChunk: (rows: SharedArrayBuffer) => Promise<void> | undefined): Promise<void>;
}

/** Several threads that replay one timeline, each for the examples of its users. */
export interface Replayers extends AsyncDisposable {
  /** Replays the next chunk; one block per thread. */
  replay(rows: SharedArrayBuffer): Promise<readonly PackedBlock[]>;
}

/** Writes the files of a set of labelled examples: nothing is visible as a data set before `finish`. */
export interface ExampleWriter extends AsyncDisposable {
  readonly rowCount: number;
  /** Adds the rows of one chunk, from all threads. */
  add(blocks: readonly PackedBlock[]): Promise<void>;
  /** Closes the files and gives them their final names. */
  finish(
    describe: (figures: ExampleFigures, contentHash: string, objectKeys: readonly string[]) => object,
  ): Promise<DatasetFiles & { readonly figures: ExampleFigures }>;
}

/** A question with the moment at which it is asked. */
export interface ExamplesTask {
  readonly question: ExamplesQuestion;
  readonly now: Date;
}

/** Finished labelled examples. */
export interface BuiltExamples extends DatasetFiles {
  readonly figures: ExampleFigures;
  readonly leftOutUserCount: number;
  readonly featureSchemaHash: string;
}

/** How far labelled examples are; the last one has the result. */
export interface ExamplesProgress {
  readonly fraction: number;
  readonly rowCount: number;
  readonly built?: BuiltExamples;
}

/** Builds labelled examples away from this process' event loop. A caller that goes away leaves nothing behind. */
export interface ExamplesBuilder {
  build(task: ExamplesTask, options: CallOptions): AsyncIterable<ExamplesProgress>;
}

/** Which data sets there are: an erasure looks there for those that hold somebody. */
export interface DatasetRegistry {
  /** Notes a data set that is finished; one that was deleted is there again. */
  register(dataset: { readonly datasetId: string; readonly kind: string; readonly builtAt: Date }): Promise<void>;
}
