import type { Limit, Spending } from './domain/budget/budget';

/** What may be spent, and what others report to have spent. */
export interface BudgetStore {
  limits(): Promise<readonly Limit[]>;
  /** A limit of 0 takes it away. */
  set(limit: Limit, by: { readonly actor: string; readonly now: Date }): Promise<void>;
  /** Spent since midnight by what was measured, reported and is stored. */
  spending(since: Date): Promise<readonly Spending[]>;
  /** Puts what somebody else says in the place of what they said before of that day. */
  report(day: Date, spending: readonly Spending[], now: Date): Promise<void>;
}

/** Asks training what it spends. */
export interface SpendingSource {
  /** What runs took since midnight, and how large artifacts are now. */
  spending(since: Date, now: Date, options: { readonly signal: AbortSignal }): Promise<readonly Spending[]>;
}
