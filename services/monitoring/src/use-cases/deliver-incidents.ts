import type { DeliveryStore, DueDelivery, TellPeople } from '../alert-book-ports';
import { incidentDelivered } from '../alert-telemetry';
import type { Clock } from '../ports';

/** Longer than telling may take: what is held for longer was left by a replica that died. */
const HELD_MS = 60_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** What nobody could be told for so long is of no use to anybody. */
const GIVE_UP_MS = 24 * 3_600_000;

/** What delivering needs. */
export interface DeliverIncidentsParts {
  readonly deliveries: DeliveryStore;
  /** Puts it in the log; done once per delivery as long as no replica dies. */
  readonly log: (delivery: DueDelivery['delivery']) => void;
  /** Absent where nobody else is to be told. */
  readonly tell: TellPeople | undefined;
  readonly clock: Clock;
  readonly onFailure: (due: DueDelivery, error: unknown, hasGivenUp: boolean) => void;
}

/**
 * Tells people what is due, each incident in its order. What fails is tried again with growing waits for a day; detection does not
 * wait for it.
 */
export function makeDeliverIncidents(parts: DeliverIncidentsParts) {
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    const now = parts.clock();
    const due = await parts.deliveries.claim(now, new Date(now.getTime() + HELD_MS));
    await Promise.all(due.map((one) => deliver(parts, one, signal)));
  };
}

async function deliver(parts: DeliverIncidentsParts, due: DueDelivery, signal: AbortSignal): Promise<void> {
  const { deliveries, log, tell, clock, onFailure } = parts;
  if (due.attempts === 1) log(due.delivery);
  try {
    await tell?.(due.delivery, { signal });
  } catch (error) {
    if (signal.aborted) return;
    const hasGivenUp = clock().getTime() - due.createdAt.getTime() >= GIVE_UP_MS;
    onFailure(due, error, hasGivenUp);
    if (hasGivenUp) await deliveries.settle(due.sequence, false, clock());
    else await deliveries.retryAt(due.sequence, new Date(clock().getTime() + waitMs(due.attempts)));
    return;
  }
  incidentDelivered('delivered');
  await deliveries.settle(due.sequence, true, clock());
}

function waitMs(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20));
}
