export type { Redis } from 'ioredis';
export { keyPrefixFor } from './key-prefix';
export { closeRedis, connectionOf, openRedis, type RedisConnectionOptions } from './open-redis';
export { unavailableFromRedis } from './unavailable-from-redis';
