import { AppError, isAppError } from '@attune/errors';
import { runInChild } from '@attune/jobs';
import type { ArtifactChecker, ArtifactFacts } from '../evaluation-ports';
import { TOO_MUCH_MEMORY } from './watch-memory';

/** What the checking child gets. */
export interface ArtifactCheckInput {
  readonly digest: string;
  readonly objectStoreUrl: string;
  readonly memoryMb: number;
}

interface Options {
  readonly modulePath: string;
  readonly objectStoreUrl: string;
  /** How much memory a check may take. */
  readonly memoryMb: number;
  /** The longest that a check may take. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10 * 60_000;

/**
 * Checks artifacts in a child process: a graph that takes all memory, hangs or crashes the runtime ends the child, and is refused like
 * one whose numbers are wrong.
 */
export class ChildArtifactChecker implements ArtifactChecker {
  constructor(private readonly options: Options) {}

  check(digest: string, { signal }: { readonly signal: AbortSignal }): Promise<ArtifactFacts> {
    const { modulePath, objectStoreUrl, memoryMb, timeoutMs = TIMEOUT_MS } = this.options;
    const input: ArtifactCheckInput = { digest, objectStoreUrl, memoryMb };
    const checking = runInChild<ArtifactFacts>({ modulePath, input, signal, timeoutMs });
    return checking.catch((error: unknown) => {
      throw this.#refusal(digest, error);
    });
  }

  #refusal(digest: string, error: unknown): unknown {
    const { memoryMb, timeoutMs = TIMEOUT_MS } = this.options;
    const refused = (why: string) =>
      new AppError('data_loss.artifact', `artifact ${digest} cannot be checked: ${why}`, { cause: error });
    if (isAppError(error, 'deadline.child')) return refused(`it takes longer than ${timeoutMs / 1_000} s`);
    if (!isAppError(error, 'internal.child_crashed')) return error;
    const { exitCode, signal } = error.metadata;
    const tookTooMuch = String((error.cause as Error | undefined)?.message).includes(TOO_MUCH_MEMORY);
    if (tookTooMuch) return refused(`it takes more than ${memoryMb} MB of memory`);
    return refused(signal ? `the process was ended by ${signal}` : `the process ended with exit code ${exitCode}`);
  }
}
