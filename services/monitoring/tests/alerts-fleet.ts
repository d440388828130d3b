import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadSettings } from '@attune/config';
import { type Client, createClient, type monitoring, SERVICES, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import type { RunningService } from '@attune/kit';
import { settingsOf, type TestInfra } from '@attune/testkit';
import { monitoringSettings } from '../src/config';
import { startMonitoring } from '../src/service';

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

/** A replica of the service with what a test needs to talk to it. */
export interface Replica extends AsyncDisposable {
  readonly service: RunningService;
  readonly client: Client<monitoring.MonitoringServiceServer>;
  /** One round of detection; false where another replica has it. */
  readonly detect: () => Promise<boolean>;
  /** One look for audits that are due; likewise. */
  readonly audit: () => Promise<boolean>;
}

export async function startReplica(
  infra: TestInfra,
  clock: () => Date,
  env: Readonly<Record<string, string>> = {},
  { auditsByItself = false }: { readonly auditsByItself?: boolean } = {},
): Promise<Replica> {
  const secret = { ATTUNE_PRIVACY_SECRET: 'a secret for tests, 32 characters or more' };
  const config = loadSettings(monitoringSettings, { ...settingsOf(infra), ...secret, ...env });
  let [detect, audit]: (Replica['detect'] | undefined)[] = [];
  const service = await startMonitoring(config, {
    clock,
    onDetect: (round) => {
      detect = round;
    },
    ...(auditsByItself ? {} : { onAudit: (round) => (audit = round) }),
  });
  const client = createClient({
    ...{ definition: SERVICES.monitoring.definition, address: service.address },
    ...{ caller: 'test', defaultDeadlineMs: 30_000 },
  });
  return {
    ...{ service, client, detect: () => detect!(), audit: () => audit!() },
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

/** Tells of an hour of incoming data that is out of the ordinary. */
export async function appendAnomaly(
  eventLog: EventLog,
  hour: Date,
  producer: string,
  measure = 'volume',
): Promise<void> {
  const event = {
    ...{ eventId: `${hour.toISOString()}:${producer}:${measure}`, hour, producer, measure, subject: '' },
    ...{ value: 10, expected: 100, message: `${measure} of ${producer} fell from 100 to 10` },
  };
  const value = TOPIC_CODECS.dataQuality.encode(TOPIC_CODECS.dataQuality.fromPartial(event)).finish();
  await eventLog.append(TOPICS.dataQuality.name, [{ key: producer, value }]);
}

/** What a webhook was told, and how it answers. */
export interface Webhook extends AsyncDisposable {
  readonly url: string;
  readonly bodies: readonly { readonly eventId: string; readonly reason: string; readonly alertCount: number }[];
  /** Resolves when it was told so often in all. */
  toldTimes(count: number): Promise<void>;
}

export type Behaviour = 'well' | 'hangs' | 'fails' | 'garbage' | 'endless';

/** A webhook that behaves differently each time it is asked; the last way is for all later times. */
export async function aWebhook(behaviours: readonly Behaviour[] = ['well']): Promise<Webhook> {
  const bodies: Webhook['bodies'][number][] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const behaviour = behaviours[Math.min(bodies.length, behaviours.length - 1)]!;
    bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
    for (const one of waiting) if (bodies.length >= one.count) one.resolve();
    if (behaviour === 'well') response.end('thanks');
    else if (behaviour === 'fails') response.writeHead(500).end('no');
    else if (behaviour === 'garbage') response.socket?.end('this is not HTTP at all\r\n\r\n');
    else if (behaviour === 'endless') response.writeHead(200).write('and so on '.repeat(1_000));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    bodies,
    toldTimes: (count) =>
      new Promise((resolve) => {
        if (bodies.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
