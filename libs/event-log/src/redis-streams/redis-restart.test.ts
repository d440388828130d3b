import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cacheFolder, type RedisServer, startGuardian, startRedis } from '@attune/devstack';
import { SILENT_LOGGER } from '../port';
import { Collector } from '../testing/collector';
import { RedisStreamsEventLog } from './redis-streams-event-log';

const KEYS = ['ada', 'ben', 'cem', 'dia'];

/** `kill -9`, then back with its data on the same port. */
async function killAndWait(server: RedisServer): Promise<void> {
  const { restarts, identity } = server.process;
  process.kill(identity!.pid, 'SIGKILL');
  while (server.process.restarts === restarts) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.process.ready();
}

describe('the log in a Redis that is killed and started again', () => {
  it('loses nothing, skips nothing and keeps the order of each key', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-event-log-'));
    const cache = cacheFolder(resolve(__dirname, '..', '..', '..', '..'), process.env);
    await using guardian = startGuardian();
    await using server = await startRedis({ folder, cacheFolder: cache, durable: true, guardian });
    await using log = new RedisStreamsEventLog({
      redisUrl: server.url,
      topicPrefix: 'restart',
      clientId: 'test',
      logger: SILENT_LOGGER,
    });
    await log.ensureTopics([{ name: 'killed.v1', partitions: 4 }]);
    const seen = new Collector();
    const subscription = await log.subscribe({ topic: 'killed.v1', group: 'g', maxBatch: 3, handle: seen.handle });

    for (let round = 0; round < 60; round += 1) {
      const records = KEYS.map((key) => ({ key, value: Buffer.from(`${key} ${String(round).padStart(3, '0')}`) }));
      const appended = log.append('killed.v1', records);
      if (round === 20 || round === 40) await killAndWait(server);
      await appended;
    }
    await subscription.caughtUp();

    for (const key of KEYS) {
      const firsts = seen.distinct().filter((text) => text.startsWith(key));
      expect(firsts).toHaveLength(60);
      expect(firsts).toEqual([...firsts].sort());
    }
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);
});
