import type { Quarantine, Quarantines } from '../domain/quality/quarantines';
import type { BadProducer, RejectionShares } from '../domain/quality/rejection-shares';
import type { Clock } from '../ports';
import type { QualityStore } from '../quality-ports';
import { producerQuarantined } from '../telemetry';

interface Needs {
  readonly quarantines: Quarantines;
  readonly shares: RejectionShares;
  readonly store: Pick<QualityStore, 'quarantines' | 'quarantineUnlessIn'>;
  readonly clock: Clock;
  /** How long a producer that turns out bad is kept out. */
  readonly quarantineMs: number;
}

/** Takes note of the quarantines that hold, and returns those that began because this process saw a bad producer. */
export type KeepQuarantines = () => Promise<readonly Quarantine[]>;

/**
 * Hears of the quarantines first: a producer that an operator has just let out begins with a clean sheet, and is not judged by
 * what it had sent before.
 */
export function makeKeepQuarantines(needs: Needs): KeepQuarantines {
  const { quarantines, shares, store, clock } = needs;
  return async () => {
    const now = clock();
    for (const producer of quarantines.replace(await store.quarantines(now))) shares.forget(producer);
    const begun: Quarantine[] = [];
    for (const bad of shares.bad(now.getTime())) {
      if (quarantines.of(bad.producer, now.getTime()) !== undefined) continue;
      const quarantine = quarantineOf(bad, new Date(now.getTime() + needs.quarantineMs));
      if (await store.quarantineUnlessIn(quarantine, now)) begun.push(quarantine);
    }
    if (begun.length > 0) quarantines.replace(await store.quarantines(now));
    for (const _ of begun) producerQuarantined();
    return begun;
  };
}

function quarantineOf({ producer, rejectedCount, eventCount }: BadProducer, until: Date): Quarantine {
  return { producer, until, reason: `${rejectedCount} of its last ${eventCount} events were rejected` };
}
