import { closeRedis, keyPrefixFor, openRedis } from '@attune/redis';
import { useInfra } from '@attune/testkit';
import { ColumnarItemCatalog } from '../src/domain/catalog/item-catalog';
import { itemFactsOf } from '../src/domain/catalog/item-facts';
import type { RelationChange, Relations } from '../src/domain/relations';
import { NO_RELATIONS } from '../src/domain/relations';
import { RedisConsents } from '../src/storage/redis-consents';
import { makeReadKeptUser } from '../src/storage/redis-kept-users';
import { RedisLikes } from '../src/storage/redis-likes';
import { RedisRelations } from '../src/storage/redis-relations';
import { RedisUserStore } from '../src/storage/redis-user-store';
import { makeReadBlocks } from '../src/use-cases/read-blocks';
import { makeReadSocialProof } from '../src/use-cases/read-social-proof';
import { NOW, waiting } from './fixtures/a-request';
import { keptUsersOn } from './fixtures/kept-users';

const { redisUrl, namespace } = useInfra();
const redis = openRedis({ url: redisUrl, keyPrefix: keyPrefixFor(namespace, 'serving'), connectionName: 'test' });
const catalog = new ColumnarItemCatalog();
for (const [itemId, authorId] of [
  ['a', 'alf'],
  ['b', 'bea'],
  ['c', 'alf'],
] as const) {
  catalog.put(itemFactsOf({ itemId, authorId, category: 'drama', tags: [] }));
}
const relations = new RedisRelations(redis);
const readKept = makeReadKeptUser({ redis, catalog, userKeyOf: (userId) => userId });

/** Of a user, what the feature-store says and how often it was asked. */
function aDirectory(stated: Readonly<Record<string, Partial<Relations>>>, refusing: readonly string[] = []) {
  const asked: string[] = [];
  const refusalsAsked: string[] = [];
  return {
    ...{ asked, refusalsAsked },
    relationsOf: async (userId: string) => {
      asked.push(userId);
      return { ...NO_RELATIONS, ...stated[userId] };
    },
    refusedBy: async (userId: string) => {
      refusalsAsked.push(userId);
      return refusing.includes(userId) ? (['personalization'] as const) : [];
    },
  };
}

let events = 0;
const change = (kind: RelationChange['kind'], target: string, at: number, holds = true): RelationChange => ({
  ...{ userId: 'ann', kind, target, holds, acceptedAt: new Date(at), eventId: `e${events++}` },
});

beforeEach(async () => {
  const prefix = redis.options.keyPrefix!;
  const keys = (await redis.keys(`${prefix}*`)).map((key) => key.slice(prefix.length));
  if (keys.length > 0) await redis.del(...keys);
});
afterAll(() => closeRedis(redis));

describe('what users block', () => {
  function aReader(stated: Parameters<typeof aDirectory>[0]) {
    const directory = aDirectory(stated);
    const users = { kept: readKept, lastKnown: () => undefined };
    let forgotten = 0;
    const forget = () => {
      forgotten++;
    };
    const reader = makeReadBlocks({ users, directory, keeper: relations, catalog, forget });
    const blocks = async () => {
      const { blockedAuthors, hiddenTopics } = await reader.blocksOf('ann', waiting);
      return {
        authors: [...blockedAuthors].map((author) => catalog.authorId(author)),
        topics: [...hiddenTopics].map((topic) => catalog.topicName(topic)),
      };
    };
    return { ...directory, reader, blocks, wasForgotten: () => forgotten > 0 };
  }

  it('are asked of the feature-store once, and then kept up by the log', async () => {
    const { blocks, asked, wasForgotten } = aReader({ ann: { blockedAuthors: ['alf'] } });
    expect(await blocks()).toEqual({ authors: ['alf'], topics: [] });
    expect(wasForgotten()).toBe(true);
    await relations.apply([change('author', 'bea', 5), change('topic', 'drama', 6), change('author', 'alf', 7, false)]);
    expect(await blocks()).toEqual({ authors: ['bea'], topics: ['drama'] });
    expect(asked).toEqual(['ann']);
  });

  it('are asked of the feature-store even when the log said something lately, and then both count', async () => {
    await relations.apply([change('author', 'bea', 5), change('author', 'alf', 6, false)]);
    const { blocks, asked } = aReader({ ann: { blockedAuthors: ['alf'], hiddenTopics: ['drama'] } });
    expect(await blocks()).toEqual({ authors: ['bea'], topics: ['drama'] });
    expect(asked).toEqual(['ann']);
  });

  it('do not come back by what the feature-store knew before', async () => {
    await relations.apply([change('author', 'alf', 5, false)]);
    await relations.remember('ann', { ...NO_RELATIONS, blockedAuthors: ['alf', 'bea'] });
    expect(await aReader({}).blocks()).toEqual({ authors: ['bea'], topics: [] });
  });

  it('are those of the latest change, in whatever order they come', async () => {
    const changes = [change('author', 'alf', 5), change('author', 'alf', 6, false), change('author', 'alf', 6)];
    await relations.remember('ann', NO_RELATIONS);
    for (const one of [...changes].reverse().concat(changes)) await relations.apply([one]);
    expect(await aReader({}).blocks()).toEqual({ authors: ['alf'], topics: [] });
  });

  it('stay for as long as they hold, and nothing is kept for long of those who block nobody', async () => {
    await relations.remember('ann', { ...NO_RELATIONS, followees: ['ben'], hiddenTopics: ['drama'] });
    await relations.remember('cleo', NO_RELATIONS);
    const seconds = await Promise.all(
      ['{user:ann}:blocks', '{user:cleo}:blocks', '{user:ann}:follows'].map((key) => redis.ttl(key)),
    );
    expect(seconds[0]).toBe(-1);
    for (const left of seconds.slice(1)) expect(left).toBeGreaterThan(86_000);
  });

  it('are of no use where nobody can say', async () => {
    const directory = { relationsOf: () => Promise.reject(new Error('away')) };
    const users = { kept: readKept, lastKnown: () => undefined };
    const reader = makeReadBlocks({ users, directory, keeper: relations, catalog, forget: () => undefined });
    await expect(reader.blocksOf('ann', waiting)).rejects.toThrow('away');
    expect(reader.lastKnown('ann')).toBeUndefined();
  });
});

describe('what people liked whom a user follows', () => {
  const DAY = 24 * 3_600_000;
  const now = NOW.getTime();
  const { consume } = keptUsersOn(redis, catalog);
  const consents = new RedisConsents(redis);

  function aReader(stated: Parameters<typeof aDirectory>[0], refusing: readonly string[] = []) {
    const directory = aDirectory(stated, refusing);
    const likes = new RedisLikes(redis, catalog);
    const read = makeReadSocialProof({
      ...{ followees: relations, keeper: relations, consents, likes, directory },
      clock: () => NOW,
    });
    const proofs = async () =>
      (await read('ann', waiting)).proofs.map(({ item, score, people }) => [catalog.idOf(item), score, people]);
    return { ...directory, proofs };
  }

  it('counts people, and what is a day older half', async () => {
    await consume(
      { user: 'ben', type: 'like', item: 'a', at: now - DAY },
      { user: 'ben', type: 'share', item: 'b', at: now },
      { user: 'cleo', type: 'like', item: 'a', at: now },
      { user: 'cleo', type: 'view', item: 'c', at: now },
      { user: 'dora', type: 'like', item: 'c', at: now },
    );
    const { proofs } = aReader({ ann: { followees: ['ben', 'cleo'] } });
    expect(await proofs()).toEqual([
      ['b', 2, 1],
      ['a', 1.5, 2],
    ]);
  });

  it('goes by the log when that says whom the user follows now', async () => {
    await consume(
      { user: 'ben', type: 'like', item: 'a', at: now },
      { user: 'cleo', type: 'like', item: 'b', at: now },
    );
    const { proofs, asked } = aReader({ ann: { followees: ['ben'] } });
    expect(await proofs()).toEqual([['a', 1, 1]]);
    await relations.remember('ann', { ...NO_RELATIONS, followees: ['ben'] });
    await relations.apply([change('followee', 'cleo', 5), change('followee', 'ben', 6, false)]);
    expect(await proofs()).toEqual([['b', 1, 1]]);
    expect(asked).toEqual(['ann']);
  });

  it('tells nothing of people who refuse personalization, whoever knows that', async () => {
    await consume(
      { user: 'ben', type: 'like', item: 'a', at: now },
      { user: 'cleo', type: 'like', item: 'b', at: now },
    );
    await consents.apply([{ userId: 'ben', refused: ['personalization'], acceptedAt: NOW, eventId: 'e' }]);
    expect(await aReader({ ann: { followees: ['ben', 'cleo'] } }, ['cleo']).proofs()).toEqual([]);
    const { proofs, refusalsAsked } = aReader({}, []);
    expect([await proofs(), refusalsAsked]).toEqual([[], []]);
  });

  it('may be told as long as it is kept of all of them that they agree', async () => {
    await consents.remember('ben', []);
    expect(await consents.allAgree([])).toBe(true);
    expect(await consents.allAgree(['ben'])).toBe(true);
    expect(await consents.allAgree(['ben', 'nobody-asked'])).toBe(false);
    await consents.apply([{ userId: 'ben', refused: ['personalization'], acceptedAt: NOW, eventId: 'e' }]);
    expect(await consents.allAgree(['ben'])).toBe(false);
  });

  it('forgets what was liked when it is hidden', async () => {
    await consume(
      { user: 'ben', type: 'like', item: 'a', at: now - 1 },
      { user: 'ben', type: 'hide', item: 'a', at: now },
    );
    expect(await aReader({ ann: { followees: ['ben'] } }).proofs()).toEqual([]);
  });

  it('looks at those whom the user followed last, the feature-store knows longest ago', async () => {
    await relations.remember('ann', { ...NO_RELATIONS, followees: ['first', 'second'] });
    await relations.apply([change('followee', 'ben', 5), change('followee', 'cleo', 6)]);
    expect(await relations.followeesOf('ann', 3)).toEqual(['cleo', 'ben', 'first']);
    expect(await relations.followeesOf('nobody', 3)).toBeUndefined();
  });
});

describe('the erasure of a user whom others follow and block', () => {
  it('leaves the name nowhere', async () => {
    await relations.apply([change('followee', 'zoe', 5), change('author', 'zoe', 6), change('author', 'bea', 7)]);
    const erasure = { erasureId: 'e1', userId: 'zoe', requestedAt: NOW };
    await new RedisUserStore(redis, (userId) => userId).erase(erasure, {}, NOW);
    expect(await redis.hkeys('{user:ann}:follows')).toEqual([]);
    expect(await redis.hkeys('{user:ann}:blocks')).toEqual(['a:bea']);
  });
});
