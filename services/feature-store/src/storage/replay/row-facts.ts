import { itemFacts } from '../../domain/blocks/item-facts';
import type { ItemFacts } from '../../domain/facts';
import type { ReplayStates } from '../../domain/training-set/replay';
import type { InteractionRow, TimelineRow } from '../../domain/training-set/timeline-row';
import type { ItemFactsByChange } from '../item-facts-by-change';

/**
 * Fills in what each interaction's item was when the store learned of it. Mostly that is what the replay knows of the item, or what
 * the same batch tells; the rest is read from the history.
 */
export async function fillInFacts(
  rows: readonly TimelineRow[],
  items: ReplayStates,
  history: ItemFactsByChange,
): Promise<void> {
  const told = new Map<string, ItemFacts>();
  const left: InteractionRow[] = [];
  for (const row of rows) {
    if (row.kind === 'item') told.set(row.itemId, row.event.facts);
    if (row.kind !== 'interaction' || row.itemChange === 0) continue;
    const fromBatch = told.get(row.itemId);
    const facts = fromBatch?.tie === row.itemChange ? fromBatch : items.find(row.itemId)?.part(itemFacts).facts;
    if (facts?.tie === row.itemChange) row.facts = facts;
    else left.push(row);
  }
  if (left.length === 0) return;
  const factsOf = await history.load(left);
  for (const row of left) row.facts = factsOf(row);
}
