import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { AcceptedInteraction } from '../domain/interaction';
import type { InteractionPublisher } from '../ports';

/** Appends interactions to `interactions.v1`, keyed by user. */
export function publishInteractions(eventLog: EventLog, group: string): InteractionPublisher {
  const topic = TOPICS.interactions.name;
  return {
    publish: (interactions, { signal } = {}) => eventLog.append(topic, interactions.map(recordOf), { signal }),
    pendingCount: async () => {
      const topics = [topic, TOPICS.entities.name];
      const lags = (await Promise.all(topics.map((name) => eventLog.lag(name, group)))).flat();
      return lags.reduce((sum, { records }) => sum + records, 0);
    },
  };
}

// A writer that is finished begins anew with the memory it has grown to.
const NO_FLAGS: string[] = [];

const writer = TOPIC_CODECS.interactions.encode(TOPIC_CODECS.interactions.create());
writer.finish();

function recordOf(interaction: AcceptedInteraction) {
  const { acceptedAt, producer, flags } = interaction;
  return {
    key: interaction.userId,
    value: TOPIC_CODECS.interactions
      .encode({ interaction, acceptedAt, producer, flags: flags.length === 0 ? NO_FLAGS : [...flags] }, writer)
      .finish(),
  };
}
