import type { Clock, ErasurePublisher, FactStore } from '../ports';

/** A user who must be forgotten. */
export interface Erasure {
  readonly erasureId: string;
  readonly userId: string;
  readonly requestedAt: Date;
}

/** Takes everything out that units are known by, refuses what comes late, and says so in a signed receipt. */
export function makeForgetUser(ports: {
  readonly facts: FactStore;
  readonly publisher: ErasurePublisher;
  readonly userKeyOf: (userId: string) => string;
  readonly clock: Clock;
}) {
  return async ({ erasureId, userId, requestedAt }: Erasure): Promise<void> => {
    const userKey = ports.userKeyOf(userId);
    const outcome = await ports.facts.forget({ erasureId, unitKey: userKey, requestedAt }, ports.clock());
    await ports.publisher.publish({ erasureId, userId }, outcome);
  };
}
