import { loadSettings } from '@attune/config';
import { type Client, createClient, experiment, SERVICES, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import type { RunningService } from '@attune/kit';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { settingsOf, type TestInfra } from '@attune/testkit';
import { experimentSettings } from '../src/config';
import { type ExperimentOverrides, startExperiment } from '../src/service';

export const SECRET = 'a secret for tests, 32 characters or more';

/** A replica of the experiment service with what a test needs to talk to it. */
export interface Replica extends AsyncDisposable {
  readonly service: RunningService;
  readonly client: Client<experiment.ExperimentServiceServer>;
  /** One round of the job that watches experiments; false where another replica has it. */
  readonly watch: () => Promise<boolean>;
}

/** A clock that stands until it is moved. */
export function aClock(start: string) {
  let nowMs = Date.parse(start);
  return {
    now: () => new Date(nowMs),
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

export async function startReplica(infra: TestInfra, overrides: ExperimentOverrides): Promise<Replica> {
  const config = loadSettings(experimentSettings, { ...settingsOf(infra), ATTUNE_PRIVACY_SECRET: SECRET });
  let watch: Replica['watch'] | undefined;
  const service = await startExperiment(config, {
    ...overrides,
    onWatch: (round) => {
      watch = round;
    },
  });
  const client = createClient({
    definition: SERVICES.experiment.definition,
    address: service.address,
    caller: 'test',
    defaultDeadlineMs: 30_000,
  });
  return {
    service,
    client,
    watch: () => watch!(),
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
    },
  };
}

export function openLog({ redisUrl, namespace, kafkaBrokers }: TestInfra): Promise<EventLog> {
  return openEventLog({
    ...{ redisUrl, topicPrefix: namespace, clientId: 'test' },
    kafkaBrokers: kafkaBrokers?.split(','),
  });
}

export function openTables({ databaseUrl, namespace }: TestInfra): Promise<Database> {
  return openDatabase({ url: databaseUrl, schema: schemaFor(namespace, 'experiment'), applicationName: 'test' });
}

/** An experiment of two halves on click_rate. */
export function anExperiment(rest: object = {}): experiment.Experiment {
  return experiment.Experiment.fromPartial({
    hypothesis: 'the other ranking is clicked more',
    variants: [
      { name: 'control', weight: 0.5, parameters: { strategy: 'rule_based' } },
      { name: 'treatment', weight: 0.5, parameters: { strategy: 'hybrid' } },
    ],
    trafficShare: 1,
    primaryMetric: 'click_rate',
    ...rest,
  });
}

/** A slate of a unit as serving tells of it. */
export interface ASlate {
  readonly decisionId: string;
  readonly userId: string;
  readonly at: Date;
  readonly variants?: Readonly<Record<string, string>>;
  readonly context?: Record<string, string>;
  readonly latencyMs?: number;
  readonly isDegraded?: boolean;
  /** item -> variant whose it is; items that were not drafted have an empty one */
  readonly items?: Readonly<Record<string, string>>;
}

export async function appendSlates(eventLog: EventLog, slates: readonly ASlate[]): Promise<void> {
  const records = slates.map((one) => ({
    key: one.userId,
    value: TOPIC_CODECS.decisions
      .encode(
        TOPIC_CODECS.decisions.fromPartial({
          decision: {
            ...{
              decisionId: one.decisionId,
              userId: one.userId,
              decidedAt: one.at,
              surface: 'home',
              strategy: 'hybrid',
            },
            latencyMs: one.latencyMs ?? 10,
            context: one.context ?? {},
            degraded: one.isDegraded ? [{ stage: 'sources/x' }] : [],
            variants: Object.entries(one.variants ?? {}).map(([experimentId, variant]) => ({ experimentId, variant })),
            slate: Object.entries(one.items ?? { i1: '', i2: '' }).map(([itemId, team], position) => ({
              ...{ itemId, position, propensity: 1 },
              placedBy: team === '' ? 'rank' : `team:${team}`,
            })),
          },
        }),
      )
      .finish(),
  }));
  await eventLog.append(TOPICS.decisions.name, records);
}

/** Something that a unit did. */
export interface AnEvent {
  readonly eventId: string;
  readonly userId: string;
  readonly at: Date;
  readonly type?: string;
  readonly itemId?: string;
  readonly decisionId?: string;
  readonly value?: number;
  readonly flags?: string[];
}

export async function appendEvents(eventLog: EventLog, events: readonly AnEvent[]): Promise<void> {
  const records = events.map(({ userId, at, flags = [], type = 'click', itemId = 'i1', ...rest }) => ({
    key: userId,
    value: TOPIC_CODECS.interactions
      .encode(
        TOPIC_CODECS.interactions.fromPartial({
          interaction: { ...rest, userId, type, itemId, occurredAt: at, surface: 'home' },
          acceptedAt: at,
          flags,
        }),
      )
      .finish(),
  }));
  await eventLog.append(TOPICS.interactions.name, records);
}
