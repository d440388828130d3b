// What the event log in Redis costs per record: CPU of the client and of Redis, appending in bulks and one by one, and consuming.
// Run after a build, with REDIS_URL naming a Redis that nobody else uses: node bench/event-log.bench.ts
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { type EventLog, type EventRecord, openEventLog } from '@attune/event-log';

const RECORDS = 200_000;
const RECORDS_PER_APPEND = 2_000;
const PARTITIONS = 4;
const MAX_BATCH = 2_000;
const SINGLES = 5_000;
const VALUE_BYTES = 120;
const USERS = 6_040;

interface Cost {
  readonly what: string;
  readonly records: number;
  readonly clientCpuUs: number;
  readonly redisCpuUs: number;
  readonly wallUs: number;
}

const redisUrl = process.env.REDIS_URL;
if (redisUrl === undefined) throw new Error('REDIS_URL must name a Redis');

/** CPU seconds that the Redis server has used, asked for over a connection of its own so that no client library counts. */
async function redisCpuSeconds(url: URL): Promise<number> {
  const socket = createConnection(Number(url.port || 6379), url.hostname);
  socket.write('INFO cpu\r\n');
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes('used_cpu_user_children')) break;
  }
  const used = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(text)![1]);
  return used('used_cpu_sys') + used('used_cpu_user');
}

async function measure(what: string, records: number, work: () => Promise<void>): Promise<Cost> {
  const url = new URL(redisUrl!);
  const redisBefore = await redisCpuSeconds(url);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const redisSeconds = (await redisCpuSeconds(url)) - redisBefore;
  const perRecord = (us: number) => Number((us / records).toFixed(3));
  return {
    what,
    records,
    clientCpuUs: perRecord(user + system),
    redisCpuUs: perRecord(redisSeconds * 1e6),
    wallUs: perRecord(wallMs * 1_000),
  };
}

/** Interactions as they look on the wire, all of them with the trace headers of one import. */
function someRecords(): EventRecord[] {
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  return Array.from({ length: RECORDS }, (_, i) => {
    const value = new Uint8Array(VALUE_BYTES).fill(i & 0xff);
    return { key: `user-${(i * 7_919) % USERS}`, value, headers };
  });
}

async function appendAll(log: EventLog, topic: string, records: readonly EventRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += RECORDS_PER_APPEND) {
    await log.append(topic, records.slice(at, at + RECORDS_PER_APPEND));
  }
}

async function consumeAll(log: EventLog, topic: string, group: string): Promise<void> {
  const handle = async () => undefined;
  await using subscription = await log.subscribe({ topic, group, maxBatch: MAX_BATCH, handle });
  await subscription.caughtUp();
}

async function appendSingly(log: EventLog, topic: string, records: readonly EventRecord[]): Promise<void> {
  for (const record of records) await log.append(topic, [record]);
}

/** From the call of `append` to the handler, one record at a time. */
async function passSingly(log: EventLog, topic: string, records: readonly EventRecord[]): Promise<void> {
  let arrived = () => {};
  await using _ = await log.subscribe({ topic, group: 'singles', from: 'end', handle: async () => arrived() });
  for (const record of records) {
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await Promise.all([log.append(topic, [record]), arrival]);
  }
}

async function main(): Promise<void> {
  const topicPrefix = `bench-${randomBytes(4).toString('hex')}`;
  await using log = await openEventLog({ redisUrl: redisUrl!, topicPrefix, clientId: 'bench' });
  const names = ['warm-up', 'bulk', 'single', 'pass'];
  await log.ensureTopics(names.map((name) => ({ name, partitions: PARTITIONS })));
  const records = someRecords();
  const singles = records.slice(0, SINGLES);
  await appendAll(log, 'warm-up', records.slice(0, 50_000));
  await consumeAll(log, 'warm-up', 'g');
  const costs = [
    await measure('append, 2,000 at a time', RECORDS, () => appendAll(log, 'bulk', records)),
    await measure('consume, first group', RECORDS, () => consumeAll(log, 'bulk', 'one')),
    await measure('consume, second group', RECORDS, () => consumeAll(log, 'bulk', 'two')),
    await measure('append, one at a time', SINGLES, () => appendSingly(log, 'single', singles)),
    await measure('append to handler, one at a time', SINGLES, () => passSingly(log, 'pass', singles)),
  ];
  console.table(costs);
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'event-log.json'), `${JSON.stringify({ valueBytes: VALUE_BYTES, costs }, null, 2)}\n`);
}

await main();
