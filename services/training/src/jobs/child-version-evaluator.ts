import { AppError, isAppError } from '@attune/errors';
import { runInChild } from '@attune/jobs';
import type { Measurement } from '../domain/evaluation';
import type { VersionEvaluator } from '../evaluation-ports';
import type { Dataset } from '../ports';

/** What the evaluating child gets. */
export interface EvaluationInput {
  readonly trainer: string;
  readonly digest: string;
  readonly champion?: { readonly version: number; readonly digest: string };
  readonly dataset: Dataset;
  readonly askedFromMs: number;
  readonly mayAskWhatWasSeen: boolean;
  readonly metrics: readonly string[];
  readonly objectStoreUrl: string;
  readonly memoryMb: number;
}

interface Options {
  readonly modulePath: string;
  readonly objectStoreUrl: string;
  /** How much memory one evaluation may take. */
  readonly memoryMb: number;
}

/** Evaluates stored versions in a child process: their graphs block the thread that runs them. */
export class ChildVersionEvaluator implements VersionEvaluator {
  constructor(private readonly options: Options) {}

  evaluate(request: Parameters<VersionEvaluator['evaluate']>[0]): Promise<Measurement> {
    const { signal, onProgress, askedFrom, ...rest } = request;
    const { modulePath, objectStoreUrl, memoryMb } = this.options;
    const input: EvaluationInput = { ...rest, objectStoreUrl, memoryMb, askedFromMs: askedFrom.getTime() };
    const evaluating = runInChild<Measurement>({
      modulePath,
      input,
      signal,
      execArgv: [`--max-old-space-size=${memoryMb}`],
      onMessage: (progress) => onProgress(progress as { fraction: number; phase: string }),
    });
    return evaluating.catch((cause: unknown) => {
      if (!isAppError(cause, 'internal.child_crashed')) throw cause;
      throw new AppError(
        'internal.evaluation_crashed',
        'the process that evaluates ended without a result; if it was for want of memory, evaluate on a smaller data set',
        { cause },
      );
    });
  }
}
