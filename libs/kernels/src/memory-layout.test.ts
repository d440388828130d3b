import { planMemory, type TrainingSize } from './memory-layout';

const size = (overrides: Partial<TrainingSize>): TrainingSize => ({
  userCount: 1_000_000,
  itemCount: 100_000,
  entries: 50_000_000,
  rank: 128,
  threads: 2,
  scratchBytes: (rank) => 4 * rank * (rank + 64),
  ...overrides,
});

function refusal(overrides: Partial<TrainingSize>): Error {
  try {
    planMemory(size(overrides), 0.1);
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

describe('planMemory', () => {
  it('fits a million users, a hundred thousand items and fifty million entries at rank 128', () => {
    expect(planMemory(size({}), 0.1).totalBytes).toBeLessThan(2 ** 32);
  });

  it('refuses what does not fit 4 GiB, and names the highest rank that does', () => {
    const error = refusal({ userCount: 8_000_000 });
    expect(error).toMatchObject({ code: 'failed_precondition.dataset_too_large' });
    const fitting = Number(/from 128 to (\d+)/.exec(error.message)![1]);
    expect(() => planMemory(size({ userCount: 8_000_000, rank: fitting }), 0.1)).not.toThrow();
    expect(refusal({ userCount: 8_000_000, rank: fitting + 8 }).message).toContain(`to ${fitting} or less`);
  });

  it('advises fewer interactions where no rank would help', () => {
    expect(refusal({ entries: 400_000_000 }).message).toMatch(/need 6\.\d GiB of the 4\.0 GiB.*fewer interactions/);
  });

  it('lets nothing overlap', () => {
    const { users, items, gram, partials, shared, scratch, totalBytes } = planMemory(size({}), 0.1);
    const places = [users, items].flatMap(({ rowCount: _, ...side }) => Object.values(side));
    const starts = [...places, gram, partials, shared, ...scratch, totalBytes];
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b));
  });
});
