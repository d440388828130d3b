import type { ExperimentDefinition } from '@attune/experiments';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { ExperimentCopies } from '../experiment-ports';

const KEY = 'experiments';
/** No id of an experiment looks like this. */
const COMPLETE = '.complete';
/** When a definition was last written, by the clock of Redis: an id, by which replicas see whether there is anything to read. */
const CHANGED = '.changed';

// ARGV: 1 where the same version may be replaced, then id, version, definition as JSON, again and again.
const KEEP = `
for i = 2, #ARGV, 3 do
  local kept = redis.call('HGET', KEYS[1], ARGV[i])
  local version = kept and cjson.decode(kept).version or -1
  local given = tonumber(ARGV[i + 1])
  if version < given or (version == given and ARGV[1] == '1' and kept ~= ARGV[i + 2]) then
    local time = redis.call('TIME')
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2], '.changed', time[1] .. '.' .. time[2])
  end
end
return redis.status_reply('OK')`;

/** The newest version of each experiment in one Redis hash that all replicas read: whole only where it changed, for it keeps what is over. */
export class RedisExperimentCopies implements ExperimentCopies {
  #read: Reading | undefined;

  constructor(private readonly redis: Redis) {}

  keep(definitions: readonly ExperimentDefinition[]): Promise<void> {
    return this.#keep(definitions, '0');
  }

  correct(definitions: readonly ExperimentDefinition[]): Promise<void> {
    return this.#keep(definitions, '1');
  }

  async complete(): Promise<void> {
    await this.redis.hset(KEY, COMPLETE, '1').catch((error) => Promise.reject(unavailableFromRedis(error)));
  }

  async all() {
    try {
      const [complete, changed] = await this.redis.hmget(KEY, COMPLETE, CHANGED);
      if (!changed || changed !== this.#read?.changed) this.#read = readingOf(await this.redis.hgetall(KEY));
      return { definitions: this.#read.definitions, isComplete: complete === '1' };
    } catch (error) {
      throw unavailableFromRedis(error);
    }
  }

  async #keep(definitions: readonly ExperimentDefinition[], mayReplace: string): Promise<void> {
    if (definitions.length === 0) return;
    const values = definitions.flatMap((one) => [one.experimentId, one.version, JSON.stringify(one)]);
    await this.redis
      .eval(KEEP, 1, KEY, mayReplace, ...values)
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}

interface Reading {
  readonly changed: string | undefined;
  readonly definitions: readonly ExperimentDefinition[];
}

function readingOf(kept: Readonly<Record<string, string>>): Reading {
  const { [COMPLETE]: _, [CHANGED]: changed, ...copies } = kept;
  return { changed, definitions: Object.values(copies).map((text) => JSON.parse(text) as ExperimentDefinition) };
}
