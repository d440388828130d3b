import type { BudgetStore } from '../budget-ports';
import type { Budget, Limit } from '../domain/budget/budget';
import type { Clock } from '../ports';
import type { makeListBudgets } from './list-budgets';

/** Makes the use case: sets what a service or a model may spend, or takes that away. */
export function makeSetBudget({
  budgets,
  listBudgets,
  clock,
}: {
  readonly budgets: BudgetStore;
  readonly listBudgets: ReturnType<typeof makeListBudgets>;
  readonly clock: Clock;
}) {
  return async function setBudget(limit: Limit, actor: string): Promise<Budget> {
    await budgets.set(limit, { actor, now: clock() });
    const found = (await listBudgets(limit.subject)).find(({ resource }) => resource === limit.resource);
    return found ?? { ...limit, spent: 0, projected: 0 };
  };
}
