import { connect } from 'node:net';
import type { KafkaServer } from '@attune/devstack';
import { until } from '@attune/testkit';
import type { ISocketFactory } from 'kafkajs';
import { aTopic, collect, someRecords, textOf, texts } from '../contract/harness';
import { type EventLog, type EventRecord, SILENT_LOGGER } from '../port';
import { Collector } from '../testing/collector';
import { KafkaEventLog } from './kafka-event-log';

const KEYS = ['ada', 'ben', 'cem', 'dia'];
const ROUNDS = 60;
/** No server listens on port 1, so that a connection is refused at once. */
const NOBODYS_PORT = 1;

/** What the adapter keeps when its broker is killed or its answers are lost: beyond the contract, which knows no servers. */
export function describeKafkaFaults(server: () => KafkaServer): void {
  describe('the log in a Kafka that fails', () => {
    it('loses nothing, skips nothing and keeps the order of each key when the broker is killed', async () => {
      await using log = await openLog(server());
      const topic = aTopic();
      await log.ensureTopics([topic]);
      const seen = new Collector();
      const subscription = await log.subscribe({ topic: topic.name, group: 'g', maxBatch: 3, handle: seen.handle });
      for (let round = 0; round < ROUNDS; round += 1) {
        const records = KEYS.map((key) => ({ key, value: Buffer.from(`${key} ${String(round).padStart(3, '0')}`) }));
        const appended = appendPersistently(log, topic.name, records);
        if (round === 20 || round === 40) await killAndWait(server());
        await appended;
      }
      // A consumer that went missing would be noticed after a minute only.
      await subscription.caughtUp({ signal: AbortSignal.timeout(40_000) });
      for (const key of KEYS) {
        const firsts = seen.distinct().filter((text) => text.startsWith(key));
        expect(firsts).toHaveLength(ROUNDS);
        expect(firsts).toEqual([...firsts].sort());
      }
    }, 120_000);

    it('appends what follows an append whose answer was lost', async () => {
      let isAway = false;
      await using log = await openLog(server(), ({ host, port, onConnect }) => {
        const socket = connect({ host, port: isAway ? NOBODYS_PORT : port }, onConnect);
        const emit = socket.emit.bind(socket);
        // What the broker answers arrives nowhere, and the connection is gone.
        socket.emit = (event: string, ...rest: unknown[]) =>
          isAway && event === 'data' ? Boolean(socket.destroy(new Error('reset'))) : emit(event, ...rest);
        return socket;
      });
      const topic = aTopic({ partitions: 1 });
      await log.ensureTopics([topic]);
      await log.append(topic.name, someRecords(['first']));
      isAway = true;
      await expect(log.append(topic.name, someRecords(texts(3, 'unanswered')))).rejects.toThrow('does not answer');
      isAway = false;
      // As many records as before: to the broker a batch with the same numbers would be the one that it has already.
      await log.append(topic.name, someRecords(texts(3, 'next')));
      await log.append(topic.name, someRecords(texts(5, 'last')));
      const kept = (await collect(log.read(topic.name, { from: 'start' }))).map(textOf);
      expect(new Set(kept)).toEqual(
        new Set(['first', ...texts(3, 'unanswered'), ...texts(3, 'next'), ...texts(5, 'last')]),
      );
    }, 60_000);
  });
}

function openLog({ brokers }: KafkaServer, socketFactory?: ISocketFactory): Promise<KafkaEventLog> {
  const names = { topicPrefix: 'faults', clientId: 'faults' };
  return KafkaEventLog.open({ ...names, brokers, logger: SILENT_LOGGER, ...(socketFactory && { socketFactory }) });
}

/** As a producer does: a log that is away comes back. */
async function appendPersistently(log: EventLog, topic: string, records: readonly EventRecord[]): Promise<void> {
  const isAppended = () =>
    log.append(topic, records).then(
      () => true,
      () => false,
    );
  await until('the log has the records', isAppended, { timeoutMs: 60_000 });
}

/** `kill -9`, then back with its data on the same port. */
async function killAndWait({ process: broker }: KafkaServer): Promise<void> {
  const { restarts, identity } = broker;
  process.kill(identity!.pid, 'SIGKILL');
  await until('the broker serves again', async () => broker.restarts > restarts, { timeoutMs: 60_000 });
}
