import { budgetsOf } from './budget';
import { budgetFindings } from './budget-findings';

const NOON = new Date('2026-05-01T12:00:00Z');
const limit = { subject: 'model:als', resource: 'requests', limit: 1_000, warnShare: 0.8 } as const;
const spent = (amount: number, changes: object = {}) => [
  { subject: 'model:als', resource: 'requests' as const, amount, ...changes },
];
const foundOf = (amount: number) => budgetFindings(budgetsOf([limit], spent(amount), NOON), NOON);

describe('budgets', () => {
  it('project what will be spent by midnight, and of storage what is stored', () => {
    expect(budgetsOf([limit], spent(300), NOON)).toMatchObject([{ spent: 300, projected: 600 }]);
    const storage = [{ subject: 'model:als', resource: 'storage_bytes' as const, amount: 7 }];
    expect(budgetsOf([], storage, NOON)).toEqual(
      [{ ...storage[0], amount: undefined, limit: 0, warnShare: 0, spent: 7, projected: 7 }].map(
        ({ amount: _, ...one }) => one,
      ),
    );
  });

  it('make no wild guess in the first minutes of a day', () => {
    const early = new Date('2026-05-01T00:01:00Z');
    expect(budgetsOf([limit], spent(10), early)).toMatchObject([{ projected: 240 }]);
  });

  it('add up what several report of the same', () => {
    expect(budgetsOf([], [...spent(1), ...spent(2)], NOON)).toMatchObject([{ spent: 3 }]);
  });
});

describe('what is found in budgets', () => {
  it.each([
    [400, []],
    [600, [{ severity: 'info', value: 1_200, bound: 1_000 }]],
    [800, [{ severity: 'ticket', value: 800, bound: 800 }]],
    [1_001, [{ severity: 'ticket', value: 1_001, bound: 1_000 }]],
  ])('with %i of 1,000 spent at noon is %j', (amount, expected) => {
    expect(foundOf(amount)).toMatchObject(expected);
    expect(foundOf(amount)).toHaveLength(expected.length);
  });

  it('says in a sentence what was spent of what', () => {
    expect(foundOf(1_500)[0]!.summary).toBe('model:als has spent 1,500 of 1,000 requests');
  });

  it('is nothing where no limit is set', () => {
    expect(budgetFindings(budgetsOf([], spent(1e9), NOON), NOON)).toEqual([]);
  });
});
