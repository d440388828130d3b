import { join } from 'node:path';
import { AppError, isAppError } from '@attune/errors';
import type { Protocol } from '@attune/evaluation';
import { runInChild } from '@attune/jobs';
import type { OnProgress, TrialMember, TrialResult } from '@attune/recommenders';
import type { PreparedData } from './prepared-data';

/** Built; the same place as seen from the sources and from dist/. */
const WORKER_PATH = join(__dirname, '..', '..', 'dist', 'evaluation-worker.js');

/** What a child process is asked: what to train, on which data, and how to measure it. */
export interface TrialInput {
  readonly dataPath: string;
  readonly members: readonly TrialMember[];
  readonly protocol: Protocol;
  readonly ks: readonly number[];
  readonly detail: 'full' | 'accuracy';
  readonly seed: number;
  readonly sampleUsers?: Int32Array;
}

/** One trial as the command asks for it. */
export type TrialOrder = Omit<TrialInput, 'dataPath'> & {
  readonly data: PreparedData;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly onProgress?: OnProgress;
};

/**
 * Trains and measures in a child process: one that crashes, or is killed for want of memory, fails alone, and an abort ends it in the
 * middle of a computation.
 */
export async function runTrialInChild(order: TrialOrder): Promise<TrialResult> {
  const { data, signal, timeoutMs, onProgress, ...rest } = order;
  const input: TrialInput = { ...rest, dataPath: data.path };
  try {
    return await runInChild<TrialResult>({
      modulePath: WORKER_PATH,
      input,
      signal,
      timeoutMs,
      // a computation that does not listen is ended after this
      killGraceMs: 1_000,
      onMessage: (progress) => onProgress?.(progress as Parameters<OnProgress>[0]),
    });
  } catch (error) {
    if (!isAppError(error, 'internal.child_crashed')) throw error;
    const { signal: killedBy } = error.metadata;
    const how = killedBy === 'SIGKILL' ? 'its process was killed, probably for want of memory' : error.message;
    throw new AppError('internal.child_crashed', `the training ended without a result: ${how}`, { cause: error });
  }
}
