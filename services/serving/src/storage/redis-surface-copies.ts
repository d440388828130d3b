import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { StoredSurface, SurfaceCopies } from '../surface-ports';

const KEY = 'surfaces';

// ARGV: name, version, surface as JSON, again and again.
const KEEP = `
for i = 1, #ARGV, 3 do
  local kept = redis.call('HGET', KEYS[1], ARGV[i])
  if not kept or cjson.decode(kept).version < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  end
end
return redis.status_reply('OK')`;

/** The newest version of each surface in one Redis hash, for processes that start while PostgreSQL is away. */
export class RedisSurfaceCopies implements SurfaceCopies {
  constructor(private readonly redis: Redis) {}

  async keep(surfaces: readonly StoredSurface[]): Promise<void> {
    if (surfaces.length === 0) return;
    const values = surfaces.flatMap((surface) => [surface.name, surface.version, JSON.stringify(surface)]);
    await this.redis.eval(KEEP, 1, KEY, ...values).catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  async all(): Promise<readonly StoredSurface[]> {
    const kept = await this.redis.hgetall(KEY).catch((error) => Promise.reject(unavailableFromRedis(error)));
    return Object.values(kept).map((text) => {
      const surface = JSON.parse(text) as StoredSurface;
      return { ...surface, createdAt: new Date(surface.createdAt) };
    });
  }
}
