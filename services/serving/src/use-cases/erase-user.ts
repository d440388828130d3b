import type { WaitingDecisions } from '../decision-ports';
import type { Erasure } from '../domain/erasure';
import type { Clock, Waiting } from '../ports';
import type { ErasurePublisher, ForgottenUsers, UserMemory, UserStore } from '../user-ports';

/** What erasing a user needs. */
export interface EraseUserParts {
  readonly forgotten: Pick<ForgottenUsers, 'note'>;
  /** Resolves when everything that the log had before the call is applied, so that nothing comes back afterwards. */
  readonly settled: (waiting: Waiting) => Promise<void>;
  readonly decisions: WaitingDecisions;
  readonly memory: UserMemory;
  readonly store: UserStore;
  readonly publisher: ErasurePublisher;
  readonly clock: Clock;
}

/**
 * Makes the use case: forgets a user and says so in a signed receipt. Done again it erases what has come since, and gives the
 * receipt of the first time. What is popular stays: it is counted by item, and nobody can be told from it.
 */
export function makeEraseUser({ forgotten, settled, decisions, memory, store, publisher, clock }: EraseUserParts) {
  return async function eraseUser(erasure: Erasure, waiting: Waiting): Promise<void> {
    // In this order: what is taken in from now on is looked at, and what was taken in before is there to be erased.
    await forgotten.note(erasure);
    await settled(waiting);
    const waitingDecisions = await decisions.eraseOf(erasure.userId);
    const outcome = await store.erase(erasure, { waiting_decisions: waitingDecisions }, clock());
    memory.forget(erasure.userId);
    await publisher.publish(erasure, outcome);
  };
}
