import { AppError, isAppError } from '@attune/errors';
import { runInChild } from '@attune/jobs';
import type { ChallengerProver, Proof, ProofRequest, ProvedVersion } from '../learning-ports';

type Dated = Omit<ProvedVersion, 'trainedTo'> & { readonly trainedToMs: number };

/** What the proving child gets. */
export interface ProofInput extends Omit<ProofRequest, 'signal' | 'heldOutFrom' | 'challenger' | 'champion'> {
  readonly challenger: Dated;
  readonly champion?: Dated;
  readonly heldOutFromMs: number;
  readonly objectStoreUrl: string;
  readonly memoryMb: number;
}

interface Options {
  readonly modulePath: string;
  readonly objectStoreUrl: string;
  /** How much memory one proof may take. */
  readonly memoryMb: number;
  /** The longest that a proof may take. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60 * 60_000;

/** Proves challengers in a child process: a graph that takes all memory, hangs or crashes the runtime ends the child, and is refused. */
export class ChildChallengerProver implements ChallengerProver {
  constructor(private readonly options: Options) {}

  prove({ signal, heldOutFrom, challenger, champion, ...rest }: ProofRequest): Promise<Proof> {
    const { modulePath, objectStoreUrl, memoryMb, timeoutMs = TIMEOUT_MS } = this.options;
    const input: ProofInput = {
      ...{ ...rest, objectStoreUrl, memoryMb, heldOutFromMs: heldOutFrom.getTime(), challenger: dated(challenger) },
      ...(champion && { champion: dated(champion) }),
    };
    const proving = runInChild<Proof>({
      ...{ modulePath, input, signal, timeoutMs },
      execArgv: [`--max-old-space-size=${memoryMb}`],
    });
    return proving.catch((cause: unknown) => {
      if (!isAppError(cause, 'internal.child_crashed') && !isAppError(cause, 'deadline.child')) throw cause;
      const how = isAppError(cause, 'deadline')
        ? `took longer than ${timeoutMs / 60_000} min`
        : 'ended without a result';
      throw new AppError('internal.proof_crashed', `the process that asked it ${how}`, { cause });
    });
  }
}

function dated({ trainedTo, ...rest }: ProvedVersion): Dated {
  return { ...rest, trainedToMs: trainedTo.getTime() };
}
