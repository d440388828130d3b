import { openCuttableProxy, useInfra } from '@attune/testkit';
import { describeEventLogContract } from '../event-log.contract';
import { SILENT_LOGGER } from '../port';
import { RedisStreamsEventLog } from './redis-streams-event-log';

const { redisUrl, namespace } = useInfra();

describeEventLogContract('Redis Streams', {
  async open() {
    const proxy = await openCuttableProxy({ targetUrl: redisUrl });
    const log = new RedisStreamsEventLog({
      redisUrl: proxy.url,
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
