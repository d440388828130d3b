import type { StageChange } from './model-version';

/**
 * The version that a rollback puts back, or undefined when there is none. Promotions put versions on a pile and rollbacks take them
 * off, so that rolling back again goes further back and never returns to what was rolled back. `changes` are those into production,
 * oldest first.
 */
export function earlierProduction(changes: readonly StageChange[]): number | undefined {
  const pile: number[] = [];
  for (const { ref, grounds } of changes) {
    if (grounds?.rule === 'rollback') pile.pop();
    else pile.push(ref.version);
  }
  return pile.at(-2);
}
