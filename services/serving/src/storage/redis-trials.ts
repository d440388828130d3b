import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { Trial, Trials } from '../trial-ports';

const KEY = 'trials';

// A canary that gets another share stays the same trial.
const KEEP_SINCE = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
local before = kept and cjson.decode(kept) or nil
local function keep()
  local after = cjson.decode(ARGV[3])
  if before and before.stage == after.stage then after.since = before.since end
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(after))
  return 1
end`;

// ARGV: name and version, sequence, trial as JSON.
const ADVANCE = `${KEEP_SINCE}
if before and before.sequence >= tonumber(ARGV[2]) then return 0 end
return keep()`;

// ARGV: name and version, the sequence that the trial must still have (0 where there was none), trial as JSON.
const CORRECT = `${KEEP_SINCE}
if (before and before.sequence or 0) ~= tonumber(ARGV[2]) then return 0 end
return keep()`;

/** Versions on trial, and those whose trial is over, in one Redis hash that all replicas read. */
export class RedisTrials implements Trials {
  constructor(private readonly redis: Redis) {}

  async all(): Promise<readonly Trial[]> {
    const kept = await this.redis.hgetall(KEY).catch((error) => Promise.reject(unavailableFromRedis(error)));
    return Object.values(kept).map((text) => JSON.parse(text) as Trial);
  }

  advance(trial: Omit<Trial, 'since'>): Promise<void> {
    return this.#run(ADVANCE, trial.sequence, { ...trial, since: trial.sequence });
  }

  correct(trial: Omit<Trial, 'since' | 'sequence'>, asOf: number): Promise<void> {
    return this.#run(CORRECT, asOf, { ...trial, sequence: asOf, since: asOf });
  }

  async #run(script: string, given: number, trial: Trial): Promise<void> {
    const field = `${trial.ref.name} ${trial.ref.version}`;
    await this.redis
      .eval(script, 1, KEY, field, given, JSON.stringify(trial))
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}
