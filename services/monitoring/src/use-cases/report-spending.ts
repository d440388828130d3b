import type { BudgetStore, SpendingSource } from '../budget-ports';
import { midnightOf } from '../domain/budget/budget';
import type { Clock } from '../ports';

/** Makes one round of asking others what they have spent today. */
export function makeReportSpending({
  budgets,
  source,
  clock,
}: {
  readonly budgets: BudgetStore;
  readonly source: SpendingSource;
  readonly clock: Clock;
}) {
  return async function reportSpending(options: { readonly signal: AbortSignal }): Promise<void> {
    const now = clock();
    const midnight = midnightOf(now);
    await budgets.report(midnight, await source.spending(midnight, now, options), now);
  };
}
