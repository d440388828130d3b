import { waiting } from '../../tests/fixtures/a-request';
import type { ErasureOutcome } from '../domain/erasure';
import { makeEraseUser } from './erase-user';

const now = new Date('2026-05-01T12:00:00Z');
const erasure = { erasureId: 'e1', userId: 'ann', requestedAt: new Date('2026-05-01T11:00:00Z') };

function setUp() {
  const steps: string[] = [];
  const settled = Promise.withResolvers<void>();
  const outcomes: ErasureOutcome[] = [];
  const eraseUser = makeEraseUser({
    forgotten: { note: async ({ userId }) => void steps.push(`${userId} is forgotten`) },
    settled: () => settled.promise.then(() => void steps.push('settled')),
    decisions: {
      eraseOf: async (userId) => {
        steps.push(`decisions of ${userId}`);
        return 2;
      },
    },
    memory: { forget: (userId) => void steps.push(`memory of ${userId}`) },
    store: {
      erase: async ({ userId }, others, doneAt) => {
        steps.push(`store of ${userId}`);
        return { erasedCounts: { seen_items: 7, ...others }, doneAt };
      },
    },
    publisher: {
      publish: async (_, outcome) => {
        steps.push('published');
        outcomes.push(outcome);
      },
    },
    clock: () => now,
  });
  return { eraseUser, steps, settled, outcomes };
}

describe('eraseUser', () => {
  it('erases when everything recorded before is applied, memory last, and only then says that it is done', async () => {
    const { eraseUser, steps, settled } = setUp();
    const done = eraseUser(erasure, waiting);
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toEqual(['ann is forgotten']);
    settled.resolve();
    await done;
    expect(steps.slice(1)).toEqual(['settled', 'decisions of ann', 'store of ann', 'memory of ann', 'published']);
  });

  it('says what was erased', async () => {
    const { eraseUser, settled, outcomes } = setUp();
    settled.resolve();
    await eraseUser(erasure, waiting);
    expect(outcomes).toEqual([{ erasedCounts: { seen_items: 7, waiting_decisions: 2 }, doneAt: now }]);
  });

  it('says nothing when what came before cannot be applied', async () => {
    const { eraseUser, settled, steps } = setUp();
    settled.reject(new Error('the log is away'));
    await expect(eraseUser(erasure, waiting)).rejects.toThrow('the log is away');
    expect(steps).toEqual(['ann is forgotten']);
  });
});
