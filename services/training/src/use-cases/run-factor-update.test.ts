import { AppError } from '@attune/errors';
import { aVersion } from '../../tests/a-version';
import type { FactorUpdate, LearnedFactors } from '../domain/factor-update';
import type { RefitQuestion } from '../update-ports';
import { makeRunFactorUpdate, type RunFactorUpdateParts } from './run-factor-update';

const NOW = new Date('2026-05-01T12:00:00Z');
const version = aVersion(1, { stage: 'production' });
const learned: LearnedFactors = { users: [{ key: 'key-ann', vector: Float32Array.of(1) }], items: [] };
const queued: FactorUpdate = {
  ...{ updateId: 'u', ref: version.ref, state: 'queued', interactionCount: 2, userCount: 0, itemCount: 0 },
  ...{ learnedTo: NOW, createdAt: NOW },
};
const interaction = (userId: string) => ({
  ...{ eventId: userId, userId, itemId: 'i', type: 'like', occurredAt: NOW, acceptedAt: NOW },
});

function setUp(changes: Partial<RunFactorUpdateParts> = {}) {
  const state = { update: queued, kept: undefined as LearnedFactors | undefined, ended: '', removed: [] as string[] };
  const questions: RefitQuestion[] = [];
  const parts: RunFactorUpdateParts = {
    registry: { get: async () => version, versions: async () => [version] },
    runs: { get: async () => undefined },
    datasets: { find: async () => ({ datasetId: 'd' }) as never },
    interactions: {
      subjectsOf: async () => ({ userIds: ['ann', 'ben'], itemIds: ['i'] }),
      ofUpdate: async () => ['ann', 'ben', 'cleo'].map(interaction),
      removeOf: async (userIds) => void state.removed.push(...userIds),
    },
    updates: {
      get: async () => state.update,
      learned: async () => ({ users: [], items: [] }),
      keep: async (_, rows) => {
        state.kept = rows;
        state.update = { ...state.update, state: 'learned' };
        return true;
      },
      factorsOf: async () => state.kept!,
      end: async (_, ended) => {
        state.ended = ended;
      },
    },
    consents: { refusing: async () => new Set() },
    refitter: {
      refit: async (question) => {
        questions.push(question);
        return learned;
      },
    },
    publisher: { publish: async () => undefined },
    userKeyOf: (userId) => `key-${userId}`,
    clock: () => NOW,
    ...changes,
  };
  const run = makeRunFactorUpdate(parts);
  return { state, questions, run: () => run('u', { signal: new AbortController().signal }) };
}

describe('a round of learning', () => {
  it('learns of the users and items of the round, knows users by keyed hash, and publishes what it kept', async () => {
    const { state, questions, run } = setUp();
    await run();
    expect(questions[0]).toMatchObject({
      userKeys: ['key-ann', 'key-ben'],
      itemIds: ['i'],
      digest: version.ref.digest,
    });
    expect(questions[0]!.interactions.map(({ userKey }) => userKey)).toEqual(['key-ann', 'key-ben', 'key-cleo']);
    expect(state).toMatchObject({ kept: learned, ended: 'published' });
  });

  it('learns nothing from whoever refuses, and takes out what they did', async () => {
    const { state, questions, run } = setUp({ consents: { refusing: async () => new Set(['ben', 'cleo']) } });
    await run();
    expect(questions[0]!.userKeys).toEqual(['key-ann']);
    expect(questions[0]!.interactions.map(({ userKey }) => userKey)).toEqual(['key-ann']);
    expect(state.removed).toEqual(['ben', 'cleo']);
  });

  it('publishes after all what was kept when the log was away, and does not learn it again', async () => {
    let isAway = true;
    const publish = async () => {
      if (isAway) throw new AppError('unavailable.event_log', 'away');
    };
    const { state, questions, run } = setUp({ publisher: { publish } });
    await expect(run()).rejects.toMatchObject({ code: 'unavailable.event_log' });
    expect(state.ended).toBe('');
    isAway = false;
    await run();
    expect(questions).toHaveLength(1);
    expect(state.ended).toBe('published');
  });

  it('is dropped when another version has gone into production', async () => {
    const other = aVersion(2, { stage: 'production' });
    const { state, questions, run } = setUp({ registry: { get: async () => version, versions: async () => [other] } });
    await run();
    expect(questions).toEqual([]);
    expect(state.ended).toBe('dropped');
  });

  it('learns what can be learned without the data set of the version when an erasure took that away', async () => {
    const { state, questions, run } = setUp({ datasets: { find: async () => undefined } });
    await run();
    expect('dataset' in questions[0]!).toBe(false);
    expect(state.ended).toBe('published');
  });
});
