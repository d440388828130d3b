import { waiting } from '../../tests/fixtures/a-request';
import { FeatureStoreUsers } from './feature-store-users';

function setUp() {
  const calls: string[][] = [];
  const known = new Map([['ben', { personalization: false, training: true, experiments: false }]]);
  const getUsers = async ({ userIds }: { userIds: string[] }) => {
    calls.push(userIds);
    return { users: userIds.flatMap((userId) => (known.has(userId) ? [{ userId, consent: known.get(userId) }] : [])) };
  };
  const getRelations = async ({ userIds }: { userIds: string[] }) => {
    calls.push(userIds);
    const relations = { followeeIds: ['cleo'], blockedAuthorIds: ['alf'], hiddenTopics: ['drama'] };
    return { users: userIds.flatMap((userId) => (known.has(userId) ? [{ userId, ...relations }] : [])) };
  };
  return { users: new FeatureStoreUsers(() => ({ getUsers, getRelations }) as never), calls };
}

describe('FeatureStoreUsers', () => {
  it('says what a user refuses, and nothing for whom it does not know', async () => {
    const { users } = setUp();
    const asked = ['ben', 'stranger'].map((userId) => users.refusedBy(userId, waiting));
    expect(await Promise.all(asked)).toEqual([['personalization', 'experiments'], []]);
  });

  it('asks about everybody of one turn in one call, about each once', async () => {
    const { users, calls } = setUp();
    await Promise.all(['ann', 'ben', 'ann'].map((userId) => users.refusedBy(userId, waiting)));
    await users.refusedBy('cleo', waiting);
    expect(calls).toEqual([['ann', 'ben'], ['cleo']]);
  });

  it('says whom a user follows and what the user blocks, and nothing for whom it does not know', async () => {
    const { users, calls } = setUp();
    const asked = ['ben', 'stranger'].map((userId) => users.relationsOf(userId, waiting));
    expect(await Promise.all(asked)).toEqual([
      { followees: ['cleo'], blockedAuthors: ['alf'], hiddenTopics: ['drama'] },
      { followees: [], blockedAuthors: [], hiddenTopics: [] },
    ]);
    expect(calls).toEqual([['ben', 'stranger']]);
  });

  it('asks about no more than the feature-store takes at once', async () => {
    const { users, calls } = setUp();
    await Promise.all(Array.from({ length: 1_001 }, (_, i) => users.refusedBy(`u${i}`, waiting)));
    expect(calls.map(({ length }) => length)).toEqual([1_000, 1]);
  });

  it('fails everybody of a call that fails', async () => {
    const getUsers = () => Promise.reject(new Error('away'));
    const users = new FeatureStoreUsers(() => ({ getUsers }) as never);
    const asked = ['ann', 'ben'].map((userId) => users.refusedBy(userId, waiting));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
