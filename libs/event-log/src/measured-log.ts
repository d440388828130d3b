import { areMetricsRead } from '@attune/telemetry';
import { appended, observedLag, restarted } from './log-telemetry';
import type { EventLog, EventLogLogger, SubscribeOptions, Subscription } from './port';
import { untraced } from './tracing';

const LAG_INTERVAL_MS = 10_000;

/** Counts what a log takes, whatever it is kept in, and watches how far the groups of this process are behind while metrics are read. */
export function measured(log: EventLog, logger: EventLogLogger): EventLog {
  return {
    kind: log.kind,
    erases: log.erases,
    ensureTopics: (topics) => log.ensureTopics(topics),
    append: (topic, records, options) =>
      records.length === 0 ? log.append(topic, records, options) : append(log, topic, records, options),
    subscribe: async (options) => watched(log, await log.subscribe(options), options, logger),
    read: (topic, options) => log.read(topic, options),
    lag: (topic, group) => log.lag(topic, group),
    handled: (topic, group, options) => log.handled(topic, group, options),
    erase: (topic, options) => log.erase(topic, options),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

async function append(log: EventLog, ...[topic, records, options]: Parameters<EventLog['append']>): Promise<void> {
  const startedAtMs = performance.now();
  try {
    await log.append(topic, records, options);
  } catch (error) {
    appended(topic, records.length, startedAtMs, error);
    throw error;
  }
  appended(topic, records.length, startedAtMs);
}

/** Looks at a subscription from time to time. Every process of a group sees the lag of the whole group. */
function watched(
  log: EventLog,
  subscription: Subscription,
  { topic, group }: SubscribeOptions,
  logger: EventLogLogger,
): Subscription {
  if (!areMetricsRead()) return subscription;
  let seenRestarts = 0;
  const look = async () => {
    const { restarts } = subscription;
    if (restarts > seenRestarts) restarted(topic, group, restarts - seenRestarts);
    seenRestarts = restarts;
    const partitions = await log.lag(topic, group);
    observedLag(
      topic,
      group,
      partitions.reduce((sum, { records }) => sum + records, 0),
    );
  };
  const lookQuietly = () =>
    void untraced(look).catch((error) => logger.debug({ err: error, topic, group }, 'the lag of a group is not known'));
  lookQuietly();
  const timer = setInterval(lookQuietly, LAG_INTERVAL_MS).unref();
  return {
    get restarts() {
      return subscription.restarts;
    },
    caughtUp: (options) => subscription.caughtUp(options),
    [Symbol.asyncDispose]: () => {
      clearInterval(timer);
      return subscription[Symbol.asyncDispose]();
    },
  };
}
