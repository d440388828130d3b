import { createHash } from 'node:crypto';
import { type Redis, unavailableFromRedis } from '@attune/redis';
import { valuesOf } from './redis-values';

/** A script that does the same when it is run again. */
export class RepeatableScript {
  readonly sha1: string;

  constructor(readonly text: string) {
    this.sha1 = createHash('sha1').update(text).digest('hex');
  }
}

/** One run of a script. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

/** Runs a script many times in one round trip, by its name: a server that does not know it is told, and all of it is run again. */
export async function runScript(redis: Redis, script: RepeatableScript, calls: readonly ScriptCall[]): Promise<void> {
  if (calls.length === 0) return;
  const attempt = () => {
    const pipeline = redis.pipeline();
    for (const { keys, args } of calls) pipeline.evalsha(script.sha1, keys.length, ...keys, ...args);
    return pipeline.exec();
  };
  try {
    const results = await attempt();
    const isUnknown = results?.some(([error]) => error?.message.startsWith('NOSCRIPT'));
    if (isUnknown) await redis.script('LOAD', script.text);
    valuesOf(isUnknown ? await attempt() : results);
  } catch (error) {
    throw unavailableFromRedis(error);
  }
}
