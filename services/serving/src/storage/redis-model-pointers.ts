import { type Redis, unavailableFromRedis } from '@attune/redis';
import type { ModelRef } from '../domain/decision';
import type { ModelPointer, ModelPointers } from '../model-ports';

const KEY = 'models';

// ARGV: model, sequence, pointer as JSON.
const ADVANCE = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
if kept and cjson.decode(kept).sequence >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;

// ARGV: model, the sequence that the pointer must still have (0 where there was none), pointer as JSON.
const CORRECT = `
local kept = redis.call('HGET', KEYS[1], ARGV[1])
local sequence = kept and cjson.decode(kept).sequence or 0
if sequence ~= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;

/** Which version of each model should serve, in one Redis hash that all replicas read. */
export class RedisModelPointers implements ModelPointers {
  constructor(private readonly redis: Redis) {}

  async all(): Promise<readonly ModelPointer[]> {
    const kept = await this.redis.hgetall(KEY).catch((error) => Promise.reject(unavailableFromRedis(error)));
    return Object.values(kept).map((text) => JSON.parse(text) as ModelPointer);
  }

  advance({ ref, sequence }: ModelPointer): Promise<void> {
    return this.#run(ADVANCE, ref, sequence, sequence);
  }

  correct(ref: ModelRef, asOf: number): Promise<void> {
    return this.#run(CORRECT, ref, asOf, asOf);
  }

  async #run(script: string, { name, version, digest }: ModelRef, given: number, sequence: number): Promise<void> {
    const pointer: ModelPointer = { ref: { name, version, digest }, sequence };
    const json = JSON.stringify(pointer);
    await this.redis
      .eval(script, 1, KEY, name, given, json)
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
  }
}
