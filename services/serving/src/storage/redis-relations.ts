import { type Redis, unavailableFromRedis } from '@attune/redis';
import { withoutSpans } from '@attune/telemetry';
import type { RelationChange, RelationKind, Relations } from '../domain/relations';
import type { FolloweeReader, RelationKeeper } from '../user-ports';
import { requireReady } from './redis-values';
import { RepeatableScript, runScript } from './run-script';
import { userKey } from './user-keys';

/** What can be asked of the feature-store again is kept for a day. */
const KEPT_SECONDS = 24 * 3_600;
/** The field that says that everything is there, not only what the log said lately. */
export const WHOLE = '*';
const LETTERS: Readonly<Record<RelationKind, string>> = { followee: 'f', author: 'a', topic: 't' };

// What is kept of each target is `<accepted at, ms>|<1: it holds, 0: it was taken back>|<event id>|<place>`; the place is that of the
// feature-store's list, for those whose time is not known (0).
// KEYS: blocks or follows. ARGV: 1 where what holds stays for longer than a day; then for each target its field, the time in ms, whether
// it holds, the event id and the place.
const APPLY = new RepeatableScript(`
local isNew, holds = redis.call('EXISTS', KEYS[1]) == 0, false
for i = 2, #ARGV, 5 do
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  local at, id
  if known then at, id = string.match(known, '^(%d+)|[01]|([^|]*)|') end
  local isLater = not at or tonumber(at) < tonumber(ARGV[i + 1])
    or (tonumber(at) == tonumber(ARGV[i + 1]) and id < ARGV[i + 3])
  if isLater then
    redis.call('HSET', KEYS[1], ARGV[i], table.concat({ ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4] }, '|'))
    if ARGV[i + 2] == '1' then holds = true end
  end
end
if holds and ARGV[1] == '1' then redis.call('PERSIST', KEYS[1])
elseif isNew then redis.call('EXPIRE', KEYS[1], ${KEPT_SECONDS}) end`);

/**
 * Whom users follow and what they block: a projection of the event log. What is not kept whole of a user, since the log goes back to
 * some day only, is asked of the feature-store and kept here for a day; blocks stay for as long as they hold.
 */
export class RedisRelations implements RelationKeeper, FolloweeReader {
  constructor(private readonly redis: Redis) {}

  async apply(changes: readonly RelationChange[]): Promise<void> {
    if (changes.length === 0) return;
    const byKey = new Map<string, (string | number)[]>();
    for (const { userId, kind, target, holds, acceptedAt, eventId } of changes) {
      const args = argsFor(byKey, userId, kind);
      args.push(fieldOf(kind, target), acceptedAt.getTime(), holds ? 1 : 0, eventId.replaceAll('|', ''), '');
    }
    await withoutSpans(() => this.#applyAll(byKey));
  }

  async remember(userId: string, { followees, blockedAuthors, hiddenTopics }: Relations): Promise<void> {
    const byKey = new Map<string, (string | number)[]>();
    // What has no time gives way to everything that the log says.
    const add = (kind: RelationKind, targets: readonly string[]) => {
      const args = argsFor(byKey, userId, kind);
      for (const [place, target] of targets.entries()) args.push(fieldOf(kind, target), 0, 1, '', place);
    };
    add('followee', followees);
    add('author', blockedAuthors);
    add('topic', hiddenTopics);
    for (const args of byKey.values()) args.push(WHOLE, 0, 0, '', '');
    await this.#applyAll(byKey);
  }

  async followeesOf(userId: string, count: number): Promise<readonly string[] | undefined> {
    requireReady(this.redis);
    const kept = await this.redis
      .hgetall(userKey(userId, 'follows'))
      .catch((error) => Promise.reject(unavailableFromRedis(error)));
    if (kept[WHOLE] === undefined) return undefined;
    const followees = Object.entries(kept).flatMap(([field, value]) => {
      const [at, holds, , place] = value.split('|');
      return holds === '1' ? [{ userId: field.slice(2), atMs: Number(at), place: Number(place) }] : [];
    });
    followees.sort((a, b) => b.atMs - a.atMs || a.place - b.place);
    return followees.slice(0, count).map((followee) => followee.userId);
  }

  #applyAll(byKey: ReadonlyMap<string, readonly (string | number)[]>): Promise<void> {
    return runScript(
      this.redis,
      APPLY,
      Array.from(byKey, ([key, args]) => ({ keys: [key], args })),
    );
  }
}

/** The authors and topics that a kept hash says are blocked; undefined where it does not hold all of them. */
export function blocksFrom(kept: Readonly<Record<string, string>>) {
  if (kept[WHOLE] === undefined) return undefined;
  const authors: string[] = [];
  const topics: string[] = [];
  for (const [field, value] of Object.entries(kept)) {
    if (value.split('|', 2)[1] !== '1') continue;
    (field.startsWith(LETTERS.author) ? authors : topics).push(field.slice(2));
  }
  return { authors, topics };
}

/** The field under which a user is kept as a target of others. */
export function fieldOf(kind: RelationKind, target: string): string {
  return `${LETTERS[kind]}:${target}`;
}

function argsFor(byKey: Map<string, (string | number)[]>, userId: string, kind: RelationKind) {
  const key = userKey(userId, kind === 'followee' ? 'follows' : 'blocks');
  let args = byKey.get(key);
  if (args === undefined) byKey.set(key, (args = [kind === 'followee' ? 0 : 1]));
  return args;
}
