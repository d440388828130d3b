import { runInChild } from '@attune/jobs';
import type { CallOptions } from '../ports';
import type { BuiltExamples, ExamplesBuilder, ExamplesProgress, ExamplesTask } from '../training-set-ports';

/** What the child that builds labelled examples gets. */
export interface TrainingSetChildInput {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly objectStoreUrl: string;
  readonly privacySecret: string;
  /** The memory for the states of a replay. */
  readonly stateBytes: number;
  /** Threads that replay, each for its users. */
  readonly threads: number;
  /** Names the files until their hash is known. */
  readonly buildId: string;
  readonly task: ExamplesTask;
}

/** What a builder is made with. */
interface Options extends Omit<TrainingSetChildInput, 'buildId' | 'task'> {
  /** The absolute path of the built module of the child. */
  readonly modulePath: string;
  readonly newBuildId: () => string;
  /** Deletes what a build has written so far; a child that was killed cannot. */
  readonly removeUnfinished: (buildId: string) => Promise<unknown>;
}

/** A child that gives files their final names finishes that first: another build may be writing the same ones. */
const KILL_GRACE_MS = 60_000;

/** Builds labelled examples in a child process, so that neither its CPU time nor its memory is this service's. */
export class ChildExamplesBuilder implements ExamplesBuilder {
  constructor(private readonly options: Options) {}

  async *build(task: ExamplesTask, { signal }: CallOptions = {}): AsyncGenerator<ExamplesProgress> {
    const { modulePath, newBuildId, removeUnfinished, ...input } = this.options;
    const buildId = newBuildId();
    const stopping = new AbortController();
    const latest = new Latest<ExamplesProgress>();
    const child = runInChild<BuiltExamples>({
      modulePath,
      input: { ...input, buildId, task } satisfies TrainingSetChildInput,
      killGraceMs: KILL_GRACE_MS,
      signal: signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]),
      onMessage: (progress) => latest.set(progress as ExamplesProgress),
    }).finally(() => latest.end());
    // it is awaited below; until then nobody hears of its failure
    child.catch(() => undefined);
    try {
      yield* latest;
      const built = await child;
      yield { fraction: 1, rowCount: built.figures.rowCount, built };
    } finally {
      // a caller that stops to listen ends it as well
      stopping.abort();
      await child.catch(() => undefined);
      await removeUnfinished(buildId);
    }
  }
}

/** The latest of several values: who is slow misses some. */
class Latest<T> implements AsyncIterable<T> {
  #value: T | undefined;
  #isOver = false;
  #wake = () => {};

  set(value: T): void {
    this.#value = value;
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      if (this.#value !== undefined) {
        const value = this.#value;
        this.#value = undefined;
        yield value;
      } else if (this.#isOver) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }
}
