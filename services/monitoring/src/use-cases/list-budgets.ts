import type { BudgetStore } from '../budget-ports';
import { type Budget, budgetsOf, midnightOf } from '../domain/budget/budget';
import type { Clock } from '../ports';

/** Makes the use case: what may be spent and what is spent, also where nothing is set. */
export function makeListBudgets({ budgets, clock }: { readonly budgets: BudgetStore; readonly clock: Clock }) {
  return async function listBudgets(subject = ''): Promise<readonly Budget[]> {
    const now = clock();
    const [limits, spending] = await Promise.all([budgets.limits(), budgets.spending(midnightOf(now))]);
    return budgetsOf(limits, spending, now).filter((budget) => subject === '' || budget.subject === subject);
  };
}
