import { VIEWS } from '../domain/feature-registry';
import type { ErasurePublisher, Erasures } from '../erasure-ports';
import type { CallOptions, Clock, FeatureProjection } from '../ports';

interface Needs {
  readonly erasures: Erasures;
  readonly projection: FeatureProjection;
  readonly publisher: ErasurePublisher;
  readonly clock: Clock;
}

/** Somebody who was asked to be forgotten. */
export interface AskedErasure {
  readonly erasureId: string;
  readonly userId: string;
}

/**
 * Says in a signed receipt that this service has erased a user: every service was asked, and this one had done it before it asked.
 * A rebuild that ran meanwhile may have projected a state that it had read before, so the projection is told once more.
 */
export function makeConfirmErasure({ erasures, projection, publisher, clock }: Needs) {
  return async ({ erasureId, userId }: AskedErasure, options: CallOptions = {}): Promise<void> => {
    const erasure = await erasures.find(erasureId, options);
    // One that is done was delivered again: its receipt is there, and the user may be somebody new by now.
    if (erasure === undefined || erasure.state === 'done') return;
    const { erasedCounts, userKey, erasedSeq } = erasure;
    for (const view of [VIEWS.user, VIEWS.user_graph]) await projection.remove(view, [userId], erasedSeq);
    await publisher.done({ erasureId, service: 'feature-store', erasedCounts, userKey, doneAt: clock() }, options);
  };
}
