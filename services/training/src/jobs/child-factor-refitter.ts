import { AppError, isAppError } from '@attune/errors';
import { runInChild } from '@attune/jobs';
import type { LearnedFactors } from '../domain/factor-update';
import type { FactorRefitter, RefitQuestion } from '../update-ports';

/** What the refitting child gets. */
export interface FactorRefitInput extends RefitQuestion {
  readonly objectStoreUrl: string;
  readonly memoryMb: number;
}

interface Options {
  readonly modulePath: string;
  readonly objectStoreUrl: string;
  /** How much memory a round may take. */
  readonly memoryMb: number;
}

const TIMEOUT_MS = 30 * 60_000;

/** Learns factors in a child process: neither its CPU time nor its crash reaches this service, and what it half did is nowhere. */
export class ChildFactorRefitter implements FactorRefitter {
  constructor(private readonly options: Options) {}

  refit(question: RefitQuestion, { signal }: { readonly signal: AbortSignal }): Promise<LearnedFactors> {
    const { modulePath, objectStoreUrl, memoryMb } = this.options;
    const input: FactorRefitInput = { ...question, objectStoreUrl, memoryMb };
    const execArgv = [`--max-old-space-size=${memoryMb}`];
    const refitting = runInChild<LearnedFactors>({ modulePath, input, signal, execArgv, timeoutMs: TIMEOUT_MS });
    return refitting.catch((error: unknown) => {
      if (!isAppError(error, 'internal.child_crashed')) throw error;
      const message = 'the process that learns factors ended without a result; the round is tried again';
      throw new AppError('unavailable.refit_process', message, { cause: error });
    });
  }
}
