import { HedgeBudget, RetryBudget } from './budgets';

const times = (count: number, act: () => void) => {
  for (let i = 0; i < count; i += 1) act();
};

describe('the budget of retries', () => {
  it('survives the loss of one process and ends in an outage', () => {
    const budget = new RetryBudget();
    times(499, () => budget.failed());
    expect(budget.allows).toBe(true);
    budget.failed();
    expect(budget.allows).toBe(false);
  });

  it('earns one retry by ten answers', () => {
    const budget = new RetryBudget();
    times(500, () => budget.failed());
    times(9, () => budget.succeeded());
    expect(budget.allows).toBe(true);
    budget.failed();
    expect(budget.allows).toBe(false);
  });
});

describe('the budget of hedges', () => {
  it('lets a tenth of the calls be sent twice, after what was saved up', () => {
    const budget = new HedgeBudget();
    let taken = 0;
    times(1_000, () => {
      budget.called();
      if (budget.take()) taken += 1;
    });
    expect(taken).toBeGreaterThanOrEqual(199);
    expect(taken).toBeLessThanOrEqual(211);
  });
});
