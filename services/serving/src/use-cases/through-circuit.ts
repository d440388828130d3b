import { type AppError, isAppError } from '@attune/errors';
import type { Circuit } from '../domain/circuit';
import type { Clock } from '../ports';

/** A dependency that is asked through a circuit. */
export interface Guarded {
  readonly circuit: Circuit;
  readonly clock: Clock;
  /** What is said to those who do not ask while the circuit is open. */
  readonly refusal: () => AppError;
}

/** Asks, unless the circuit is open, and tells the circuit what came of it. `signal` is that of whoever asks. */
export async function throughCircuit<T>(
  { circuit, clock, refusal }: Guarded,
  ask: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (!circuit.mayAsk(clock().getTime())) throw refusal();
  try {
    const answer = await ask();
    circuit.answered();
    return answer;
  } catch (error) {
    // A caller that went away says nothing about whoever was asked.
    const why: unknown = signal?.aborted ? signal.reason : error;
    if (!isAppError(why, 'cancelled')) circuit.failed(clock().getTime());
    throw error;
  }
}
