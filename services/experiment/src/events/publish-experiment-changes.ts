import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { toExperiment } from '../experiment-message';
import type { Clock, ExperimentStore } from '../ports';

/**
 * Publishes to `experiments.v1` what the history has and the log may not: at least once, in order per experiment. Called after each
 * change and every second, so that a crash or an outage between the two loses nothing.
 */
export function makePublishExperimentChanges(ports: {
  readonly experiments: Pick<ExperimentStore, 'publishPending'>;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly clock: Clock;
}) {
  return async (): Promise<number> =>
    ports.experiments.publishPending(async (changes) => {
      await ports.eventLog.append(
        TOPICS.experiments.name,
        changes.map(({ eventId, experiment, changedAt }) => ({
          key: experiment.definition.experimentId,
          value: TOPIC_CODECS.experiments.encode({ eventId, experiment: toExperiment(experiment), changedAt }).finish(),
        })),
      );
    }, ports.clock());
}
