import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { StageChange } from '../domain/model-version';
import type { Clock, ModelRegistry } from '../ports';

/**
 * Publishes to `models.v1` what the history has and the log may not: at least once, in order per model. Called after each
 * change and at start, so that a crash between the two loses nothing.
 */
export function makePublishStageChanges(ports: {
  readonly registry: ModelRegistry;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly clock: Clock;
}) {
  return async (): Promise<number> =>
    ports.registry.publishPending(async (changes) => {
      await ports.eventLog.append(
        TOPICS.models.name,
        changes.map((change) => ({ key: change.ref.model, value: encode(change) })),
      );
    }, ports.clock());
}

function encode(change: StageChange): Uint8Array {
  return TOPIC_CODECS.models
    .encode({
      eventId: change.eventId,
      model: { name: change.ref.model, version: String(change.ref.version), digest: change.ref.digest },
      kind: change.kind,
      fromStage: change.from ?? '',
      toStage: change.to,
      changedAt: change.at,
      sequence: change.sequence,
      canaryShare: change.canaryShare ?? 0,
    })
    .finish();
}
