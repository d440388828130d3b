import { type Redis, unavailableFromRedis } from '@attune/redis';
import { VIEWS } from '../domain/feature-registry';
import type { FeatureView } from '../domain/feature-view';
import { type EntityState, packedLength, packInto, unpack } from '../domain/packed-state';
import type { FeatureProjection, States } from '../ports';

// ARGV: what all keys begin with, the ids (no id has a line break), all packed states one after the other, the length of
// each. One text of ids instead of thousands of KEYS spares the client most of its work. The version of a state is the
// Float64 at byte 8.
const PUT = `
local prefix, all, length = ARGV[1], ARGV[3], tonumber(ARGV[4])
local at = 0
for id in string.gmatch(ARGV[2], '[^\\n]+') do
  local key = prefix .. id
  local known = redis.call('GETRANGE', key, 8, 15)
  if #known < 8 or struct.unpack('<d', known) < struct.unpack('<d', all, at + 9) then
    redis.call('SET', key, string.sub(all, at + 1, at + length))
  end
  at = at + length
end
return 1`;

// A script holds up every other client, so no call gets more than about two milliseconds of work.
const KEYS_PER_CALL = 1_000;

/** Present while everything is projected, under the schema that it was written with. */
const WHOLE_KEY = `features:whole:${VIEWS.user.schemaHash}:${VIEWS.item.schemaHash}`;

const keyOf = (view: FeatureView, entityId: string) => `features:${view.entity}:${entityId}`;

/** Feature states in Redis: one packed value per view and entity, read by one MGET. */
export function redisFeatureProjection(redis: Redis): FeatureProjection {
  const attempt = async <T>(command: () => Promise<T>): Promise<T> => {
    try {
      return await command();
    } catch (error) {
      throw unavailableFromRedis(error);
    }
  };
  return {
    put: (view, states) => attempt(() => put(redis, view, states)),
    get: (view, entityIds) => attempt(() => get(redis, view, entityIds)),
    isWhole: () => attempt(async () => (await redis.get(WHOLE_KEY)) === (await instanceOf(redis))),
    markWhole: () => attempt(async () => void (await redis.set(WHOLE_KEY, await instanceOf(redis)))),
    onReturn: (listener) => {
      redis.on('ready', listener);
    },
  };
}

async function put(redis: Redis, view: FeatureView, states: States): Promise<void> {
  const length = packedLength(view);
  const all = [...states];
  for (let from = 0; from < all.length; from += KEYS_PER_CALL) {
    const some = all.slice(from, from + KEYS_PER_CALL);
    const packed = Buffer.allocUnsafe(length * some.length);
    some.forEach(([, state], index) => {
      packInto(view, state, packed, index * length);
    });
    const prefix = (redis.options.keyPrefix ?? '') + keyOf(view, '');
    await redis.eval(PUT, 0, prefix, some.map(([id]) => id).join('\n'), packed, length);
  }
}

async function get(redis: Redis, view: FeatureView, entityIds: readonly string[]): Promise<States | undefined> {
  const [whole, ...packed] = await redis.mgetBuffer(WHOLE_KEY, ...entityIds.map((id) => keyOf(view, id)));
  if (whole === null) return undefined;
  const states = new Map<string, EntityState>();
  for (let index = 0; index < entityIds.length; index++) {
    const bytes = packed[index];
    if (bytes === null || bytes === undefined) continue;
    const state = unpack(view, bytes);
    // Another schema is being projected: the store knows better.
    if (state === undefined) return undefined;
    states.set(entityIds[index]!, state);
  }
  return states;
}

// A server that restarted may have lost its last second, or everything: its run id tells one life from the next.
async function instanceOf(redis: Redis): Promise<string> {
  return /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
}
