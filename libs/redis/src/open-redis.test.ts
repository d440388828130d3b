import { isAppError } from '@attune/errors';
import { freePorts, useInfra } from '@attune/testkit';
import { keyPrefixFor } from './key-prefix';
import { closeRedis, connectionOf, openRedis } from './open-redis';
import { unavailableFromRedis } from './unavailable-from-redis';

const { redisUrl, namespace } = useInfra();
const keyPrefix = keyPrefixFor(namespace, 'serving');

describe('openRedis', () => {
  it('puts the prefix before every key and its name on the connection', async () => {
    const redis = openRedis({ url: redisUrl, keyPrefix, connectionName: `${namespace}-named` });
    const whole = openRedis({ url: redisUrl, keyPrefix: '', connectionName: 'whole' });
    try {
      await redis.set('k', 'v');
      expect(await whole.get(`${namespace}:serving:k`)).toBe('v');
      expect(await whole.client('LIST')).toContain(`name=${namespace}-named`);
    } finally {
      await redis.del('k');
      await Promise.all([closeRedis(redis), closeRedis(whole)]);
    }
  });

  it('goes on after its connection was killed', async () => {
    const redis = openRedis({ url: redisUrl, keyPrefix, connectionName: 'killed' });
    const killer = openRedis({ url: redisUrl, keyPrefix: '', connectionName: 'killer' });
    try {
      await killer.client('KILL', 'ID', await redis.client('ID'));
      expect(await redis.ping()).toBe('PONG');
    } finally {
      await Promise.all([closeRedis(redis), closeRedis(killer)]);
    }
  });

  it('reports a server that cannot be reached as unavailable, without an unhandled error', async () => {
    const warnings: string[] = [];
    const logger = { warn: (_: object, message: string) => warnings.push(message), info: () => undefined };
    const [unused] = await freePorts(1);
    const redis = openRedis({ url: `redis://127.0.0.1:${unused}`, keyPrefix, connectionName: 'nowhere', logger });
    const error = unavailableFromRedis(await redis.ping().catch((failure: unknown) => failure));
    expect(isAppError(error, 'unavailable.redis')).toBe(true);
    expect(warnings).toEqual(['redis is not reachable; trying again']);
    await closeRedis(redis);
  });

  it('leaves an error of the command itself alone', async () => {
    const redis = openRedis({ url: redisUrl, keyPrefix, connectionName: 'wrong-type' });
    await redis.set('text', 'x');
    const error = await redis.lpush('text', 'y').catch((failure: unknown) => failure);
    expect(unavailableFromRedis(error)).toBe(error);
    await redis.del('text');
    await closeRedis(redis);
  });
});

describe('names and URLs', () => {
  it('prefixes keys by service, and by namespace where there is one', () => {
    expect([keyPrefixFor('', 'serving'), keyPrefixFor('a', 'serving')]).toEqual(['serving:', 'a:serving:']);
  });

  it('reads credentials, database and TLS from the URL', () => {
    expect(connectionOf('rediss://me:p%40ss@[::1]:7000/3')).toEqual({
      host: '::1',
      port: 7000,
      username: 'me',
      password: 'p@ss',
      db: 3,
      tls: {},
    });
  });

  it('reads the sentinels and the name of their master from the URL', () => {
    expect(connectionOf('redis+sentinel://:secret@a:1,b/main/2')).toEqual({
      sentinels: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
      name: 'main',
      password: 'secret',
      db: 2,
    });
  });
});
