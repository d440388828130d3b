import type { ExperimentDefinition } from '@attune/experiments';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { ExperimentCopies } from '../experiment-ports';

const KEY = 'experiments';
/** No id of an experiment looks like this. */
const COMPLETE = '.complete';

// ARGV: 1 where the same version may be replaced, then id, version, definition as JSON, again and again.
const KEEP = `
for i = 2, #ARGV, 3 do
  local kept = redis.call('HGET', KEYS[1], ARGV[i])
  local version = kept and cjson.decode(kept).version or -1
  local given = tonumber(ARGV[i + 1])
  if version < given or (version == given and ARGV[1] == '1') then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  end
end
return redis.status_reply('OK')`;

/** The newest version of each experiment in one Redis hash that all replicas read. */
export class RedisExperimentCopies implements ExperimentCopies {
  constructor(private readonly redis: Redis) {}

  keep(definitions: readonly ExperimentDefinition[]): Promise<void> {
    return this.#keep(definitions, '0');
  }

  end(definitions: readonly ExperimentDefinition[]): Promise<void> {
    return this.#keep(definitions, '1');
  }

  async complete(): Promise<void> {
    await this.redis.hset(KEY, COMPLETE, '1').catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  async all() {
    const kept = await this.redis.hgetall(KEY).catch((error) => Promise.reject(unavailableFromRedis(error)));
    const { [COMPLETE]: complete, ...copies } = kept;
    const definitions = Object.values(copies).map((text) => JSON.parse(text) as ExperimentDefinition);
    return { definitions, isComplete: complete !== undefined };
  }

  async #keep(definitions: readonly ExperimentDefinition[], mayReplace: string): Promise<void> {
    if (definitions.length === 0) return;
    const values = definitions.flatMap((one) => [one.experimentId, one.version, JSON.stringify(one)]);
    await this.redis
      .eval(KEEP, 1, KEY, mayReplace, ...values)
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}
