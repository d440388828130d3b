import { join } from 'node:path';
import { loadSettings } from '@attune/config';
import { type Client, createClient, type monitoring, SERVICES, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { type RunningService, startService } from '@attune/kit';
import { settingsOf, type TestInfra, until } from '@attune/testkit';
import { composeMeasurement } from '../src/compose-measurement';
import { monitoringSettings } from '../src/config';

export const SECRET = 'a secret for tests, 32 characters or more';

/** The part of the service that measures, with what a test needs to talk to it. */
export interface Measuring extends AsyncDisposable {
  readonly service: RunningService;
  readonly client: Client<monitoring.MonitoringServiceServer>;
  readonly eventLog: EventLog;
  /** Resolves when everything that was appended is in the series. */
  measured(): Promise<void>;
}

/** Starts it; `clock` is the present. */
export async function startMeasuring(
  infra: TestInfra,
  clock: () => Date,
  env: Record<string, string> = {},
): Promise<Measuring> {
  const settings = { ...settingsOf(infra), ATTUNE_PRIVACY_SECRET: SECRET, ATTUNE_MONITORING_MEASURE_MS: '100', ...env };
  const config = loadSettings(monitoringSettings, settings);
  let database: { query(text: string): Promise<{ rows: unknown[] }> };
  const service = await startService({
    name: 'monitoring',
    settings: config,
    migrations: join(__dirname, '..', 'migrations'),
    uses: ['event-log', 'redis', 'object-store'],
    overrides: { clock },
    compose: (platform, stack) => {
      database = platform.database;
      return composeMeasurement({ config, platform, stack });
    },
  });
  const client = createClient({ definition: SERVICES.monitoring.definition, address: service.address, caller: 'test' });
  const { redisUrl, namespace, kafkaBrokers } = infra;
  const eventLog = await openEventLog({
    ...{ redisUrl, topicPrefix: namespace, clientId: 'test', kafkaBrokers: kafkaBrokers?.split(',') },
  });
  const left = async () => {
    const { rows } = await database.query(
      'SELECT 1 FROM touched_steps WHERE width_seconds = 60 UNION ALL SELECT 1 FROM stale_hours',
    );
    return rows.length === 0;
  };
  return {
    ...{ service, client, eventLog },
    measured: async () => {
      await service.caughtUp();
      await until('everything is measured', left);
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await eventLog[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

/** Appends messages of a topic. */
export async function append<K extends keyof typeof TOPICS>(
  eventLog: EventLog,
  topic: K,
  messages: readonly { readonly key: string; readonly value: object }[],
): Promise<void> {
  const codec = TOPIC_CODECS[topic] as {
    fromPartial(value: object): object;
    encode(value: object): { finish(): Uint8Array };
  };
  const records = messages.map(({ key, value }) => ({ key, value: codec.encode(codec.fromPartial(value)).finish() }));
  await eventLog.append(TOPICS[topic].name, records);
}

/** A decision record of two items with what the engagement model said of them. */
export const aDecision = (decisionId: string, userId: string, at: Date, changes: object = {}) => ({
  key: userId,
  value: {
    decision: {
      ...{ decisionId, userId, decidedAt: at, surface: 'home', strategy: 'hybrid', latencyMs: 12, candidateCount: 40 },
      models: [
        { name: 'als', version: '1' },
        { name: 'engagement', version: '3' },
      ],
      partModels: { collaborative: 'als', engagement: 'engagement' },
      slate: ['i1', 'i2'].map((itemId, position) => ({
        ...{ itemId, position, propensity: 1, placedBy: 'rank' },
        partScores: [
          { part: 'collaborative', raw: 2, calibrated: 0.5, weight: 0.5 },
          { part: 'engagement', raw: 0.4, calibrated: 0.5, weight: 0.5, probability: 0.25 },
        ],
      })),
      ...changes,
    },
  },
});

/** A click on the first item of a decision. */
export const aClick = (eventId: string, userId: string, at: Date, decisionId: string) => ({
  key: userId,
  value: { interaction: { eventId, userId, itemId: 'i1', type: 'click', occurredAt: at, decisionId }, acceptedAt: at },
});
