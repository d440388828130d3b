import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { cacheFolder } from './cache-folder';
import { type Guardian, startGuardian } from './guardian';
import { isPortFree } from './ports';
import { type RedisServer, startRedis } from './redis-server';

const root = resolve(__dirname, '..', '..', '..');
let folder: string;
let guardian: Guardian;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-devstack-'));
  guardian = startGuardian();
});

afterAll(async () => {
  await guardian[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Promise<RedisServer> {
  return startRedis({
    folder: join(folder, 'redis'),
    cacheFolder: cacheFolder(root, process.env),
    durable: true,
    guardian,
  });
}

async function withClient<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

describe('the Redis of the local stack', () => {
  it('is Redis 7 or later and never evicts', async () => {
    await using server = await start();
    const info = await withClient(server.url, (redis) => redis.info());
    expect(Number(/redis_version:(\d+)/.exec(info)?.[1])).toBeGreaterThanOrEqual(7);
    expect(info).toContain('maxmemory_policy:noeviction');
  });

  it('keeps its data from one start to the next', async () => {
    {
      await using server = await start();
      await withClient(server.url, (redis) => redis.xadd('kept', '*', 'field', 'value'));
    }
    await using again = await start();
    expect(await withClient(again.url, (redis) => redis.xlen('kept'))).toBe(1);
  });

  it('comes back on the same port with its data after it was killed', async () => {
    await using server = await start();
    await withClient(server.url, async (redis) => {
      await redis.set('survived', 'yes');
      const gone = new Promise((resolve) => redis.once('close', resolve));
      process.kill(server.process.identity!.pid, 'SIGKILL');
      await gone;
      expect(await redis.get('survived')).toBe('yes');
    });
  });

  it('frees its port when it stops', async () => {
    const server = await start();
    expect(await isPortFree(server.port)).toBe(false);
    await server[Symbol.asyncDispose]();
    expect(await isPortFree(server.port)).toBe(true);
  });
});
