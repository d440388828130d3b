import { type Redis, unavailableFromRedis } from '@attune/redis';
import { itemFacts } from '../domain/blocks/item-facts';
import type { EntityState } from '../domain/entity-state';
import { VIEWS } from '../domain/feature-registry';
import type { FeatureView } from '../domain/feature-view';
import { pack, unpack } from '../domain/packed-state';
import type { FeatureProjection, States, StatesAnswer, StatesQuestion } from '../ports';

/** Where the first part of a packed state begins. */
const AUTHOR_FROM = 24;

// ARGV: what all keys begin with, the ids (no id has a line break), all packed states one after the other, their lengths. One
// text of ids instead of thousands of KEYS spares the client most of its work. The version of a state is the Float64 at byte 8.
const PUT = `
local prefix, all = ARGV[1], ARGV[3]
local length_of = string.gmatch(ARGV[4], '%d+')
local at = 0
for id in string.gmatch(ARGV[2], '[^\\n]+') do
  local key = prefix .. id
  local length = tonumber(length_of())
  local known = redis.call('GETRANGE', key, 8, 15)
  if #known < 8 or struct.unpack('<d', known) < struct.unpack('<d', all, at + 9) then
    redis.call('SET', key, string.sub(all, at + 1, at + length))
  end
  at = at + length
end
return 1`;

// KEYS: the states. ARGV: the version below which they go.
const REMOVE = `
for _, key in ipairs(KEYS) do
  local known = redis.call('GETRANGE', key, 8, 15)
  if #known == 8 and struct.unpack('<d', known) < tonumber(ARGV[1]) then redis.call('DEL', key) end
end
return 1`;

// A script holds up every other client, so no call gets more than about two milliseconds of work.
const KEYS_PER_CALL = 1_000;

// The states of the authors of items, whoever those are. KEYS: the items'. ARGV: what the keys of the authors' two views begin
// with. Answers for each author the id and both states. The author of an item is the first text of its first part, so that the
// beginning of the state is enough: see domain/packed-state.ts and domain/blocks/item-facts.ts.
const AUTHORS = `
local function count(text, at)
  local value, scale = 0, 1
  while true do
    local byte = string.byte(text, at)
    at = at + 1
    value = value + (byte % 128) * scale
    if byte < 128 then return value, at end
    scale = scale * 128
  end
end
local seen, authors = {}, {}
for _, key in ipairs(KEYS) do
  local facts = redis.call('GETRANGE', key, ${AUTHOR_FROM}, ${AUTHOR_FROM + 63})
  if #facts > 0 then
    local _, at = count(facts, 1)
    if string.byte(facts, at) == 1 then
      local length, from = count(facts, at + 1)
      -- Long ids are rare: most are in the bytes that were read.
      if from + length - 1 > #facts then facts = redis.call('GETRANGE', key, ${AUTHOR_FROM}, ${AUTHOR_FROM} + from + length) end
      local author = string.sub(facts, from, from + length - 1)
      if length > 0 and not seen[author] then
        seen[author] = true
        authors[#authors + 1] = author
        authors[#authors + 1] = redis.call('GET', ARGV[1] .. author)
        authors[#authors + 1] = redis.call('GET', ARGV[2] .. author)
      end
    end
  end
end
return authors`;

/** Present while everything is projected, under the schemas that it was written with. */
const WHOLE_KEY = `features:whole:${Object.values(VIEWS)
  .map(({ schemaHash }) => schemaHash)
  .join(':')}`;

const keyOf = ({ name }: FeatureView, entityId: string) => `features:${name}:${entityId}`;

/** Feature states in Redis: one packed value per view and entity, read in one round trip. */
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
    remove: (view, entityIds, before) =>
      attempt(async () => {
        const names = entityIds.map((id) => keyOf(view, id));
        if (names.length > 0) await redis.eval(REMOVE, names.length, ...names, before);
      }),
    read: (question) => attempt(() => read(redis, question)),
    isWhole: () => attempt(async () => (await redis.get(WHOLE_KEY)) === (await instanceOf(redis))),
    markWhole: () => attempt(async () => void (await redis.set(WHOLE_KEY, await instanceOf(redis)))),
    onReturn: (listener) => {
      redis.on('ready', listener);
    },
  };
}

async function put(redis: Redis, view: FeatureView, states: States): Promise<void> {
  const all = [...states];
  for (let from = 0; from < all.length; from += KEYS_PER_CALL) {
    const some = all.slice(from, from + KEYS_PER_CALL);
    const packed = some.map(([, state]) => pack(view, state));
    const prefix = prefixOf(redis) + keyOf(view, '');
    const ids = some.map(([id]) => id).join('\n');
    await redis.eval(PUT, 0, prefix, ids, Buffer.concat(packed), packed.map(({ length }) => length).join());
  }
}

async function read(
  redis: Redis,
  { userIds, itemIds, withAuthors }: StatesQuestion,
): Promise<StatesAnswer | undefined> {
  const found: FoundStates = { user: new Map(), user_graph: new Map(), item: new Map() };
  const keys = [
    ...itemIds.map((id) => [VIEWS.item, id] as const),
    ...userIds.flatMap((id) => [[VIEWS.user, id] as const, [VIEWS.user_graph, id] as const]),
  ];
  const names = keys.map(([view, id]) => keyOf(view, id));
  // Both are on their way before either is answered: one round trip.
  const [[whole, ...values], authors] = await Promise.all([
    redis.mgetBuffer(WHOLE_KEY, ...names),
    withAuthors && itemIds.length > 0 ? authorsOfItems(redis, names.slice(0, itemIds.length)) : [],
  ]);
  if (whole === null) return undefined;
  const packed = [...keys.map(([view, id], index) => [view, id, values[index]] as const), ...authors];
  for (const [view, id, bytes] of packed) {
    if (bytes === null || bytes === undefined) continue;
    // A state that stays at hand must not hold on to the whole reply that it came in.
    const state = unpack(view, Buffer.from(bytes));
    // Another schema is being projected: the store knows better.
    if (state === undefined) return undefined;
    found[view.name].set(id, state);
  }
  return answerOf(found);
}

type AuthorState = readonly [FeatureView, string, Buffer | null];

async function authorsOfItems(redis: Redis, itemKeys: readonly string[]): Promise<readonly AuthorState[]> {
  const views = [VIEWS.user, VIEWS.user_graph].map((view) => prefixOf(redis) + keyOf(view, ''));
  const answer = (await redis.callBuffer('eval', AUTHORS, itemKeys.length, ...itemKeys, ...views)) as (Buffer | null)[];
  const states: AuthorState[] = [];
  for (let at = 0; at < answer.length; at += 3) {
    const id = answer[at]!.toString('utf8');
    states.push([VIEWS.user, id, answer[at + 1]!], [VIEWS.user_graph, id, answer[at + 2]!]);
  }
  return states;
}

/** States by view and entity, as they were found. */
type FoundStates = Readonly<Record<FeatureView['name'], Map<string, EntityState>>>;

/** An answer from states that were found. */
function answerOf({ user, user_graph: userGraph, item }: FoundStates): StatesAnswer {
  return {
    ofUser: (id) => ({ user: user.get(id), userGraph: userGraph.get(id) }),
    ofItem: (id) => {
      const state = item.get(id);
      const authorId = state?.part(itemFacts).facts?.authorId ?? '';
      if (authorId === '') return { item: state };
      return { item: state, author: user.get(authorId), authorGraph: userGraph.get(authorId) };
    },
  };
}

const prefixOf = (redis: Redis) => redis.options.keyPrefix ?? '';

// A server that restarted may have lost its last second, or everything: its run id tells one life from the next.
async function instanceOf(redis: Redis): Promise<string> {
  return /run_id:(\w+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
}
