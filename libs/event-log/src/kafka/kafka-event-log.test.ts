import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { KafkaServer } from '@attune/devstack';
import { describeEventLogContract } from '../event-log.contract';
import { SILENT_LOGGER } from '../port';
import { startOwnKafka, whyNotOnKafka } from '../testing/own-kafka';
import { KafkaEventLog } from './kafka-event-log';
import { describeKafkaFaults } from './kafka-faults.contract';

const isAsked = process.env.ATTUNE_TEST_KAFKA === '1';

if (isAsked) {
  let server: KafkaServer;

  beforeAll(async () => {
    server = await startOwnKafka();
  }, 300_000);

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  }, 30_000);

  const topicPrefix = `t${randomBytes(4).toString('hex')}`;

  describeEventLogContract('Kafka', {
    async open() {
      const sockets = new Set<Socket>();
      let isCut = false;
      const log = await KafkaEventLog.open({
        brokers: server.brokers,
        topicPrefix,
        clientId: 'contract',
        logger: SILENT_LOGGER,
        socketFactory: ({ host, port, onConnect }) => {
          const socket = connect({ host, port }, onConnect);
          sockets.add(socket);
          if (isCut) socket.destroy();
          return socket;
        },
      });
      const crash = () => {
        isCut = true;
        for (const socket of sockets) socket.destroy();
      };
      return { log, crash };
    },
  });

  describeKafkaFaults(() => server);
} else {
  it('says aloud that the Kafka suite did not run', async () => {
    const reason = await whyNotOnKafka();
    process.stderr.write(`\nKafka suite skipped: ${reason}\n`);
    expect(reason).toBeTruthy();
  });
}
