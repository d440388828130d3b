import { useInfra } from '@attune/testkit';
import { describeEventLogContract } from '../event-log.contract';
import { SILENT_LOGGER } from '../port';
import { startCuttableProxy } from '../testing/cuttable-proxy';
import { RedisStreamsEventLog } from './redis-streams-event-log';

const { redisUrl, namespace } = useInfra();

describeEventLogContract('Redis Streams', {
  async open() {
    const url = new URL(redisUrl);
    const proxy = await startCuttableProxy({ host: url.hostname, port: Number(url.port || 6379) });
    url.port = String(proxy.port);
    url.hostname = '127.0.0.1';
    const log = new RedisStreamsEventLog({
      redisUrl: url.href,
      topicPrefix: namespace,
      clientId: 'contract',
      logger: SILENT_LOGGER,
    });
    const close = log[Symbol.asyncDispose].bind(log);
    log[Symbol.asyncDispose] = async () => {
      await close();
      await proxy[Symbol.asyncDispose]();
    };
    return { log, crash: () => proxy.cut() };
  },
});
