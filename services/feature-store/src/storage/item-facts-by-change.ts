import { common } from '@attune/contracts';
import type { Queryable } from '@attune/postgres';
import type { ItemFacts } from '../domain/facts';
import { itemFactsOf } from '../domain/profile-facts';
import { TwoGenerations } from '../domain/two-generations';
import { textArray } from './sql-arrays';

/** An item as one of its changes made it. */
export interface ItemAtChange {
  readonly itemId: string;
  /** The hash of the change's event id; 0 for none, -1 for the latest. */
  readonly itemChange: number;
}

interface ChangeRow {
  readonly entity_id: string;
  readonly event_id: string;
  readonly accepted_at: Date;
  readonly record: Buffer;
}

const CHANGES = `
SELECT entity_id, event_id, accepted_at, record FROM entity_changes
WHERE kind = 'item' AND kept AND entity_id = ANY ($1::text[]) ORDER BY accepted_at, event_id`;
const MAX_ITEMS = 50_000;

/** What items were to interactions that name a change of them: read from the history, a batch at a time. */
export class ItemFactsByChange {
  readonly #known = new TwoGenerations<string, readonly ItemFacts[]>(MAX_ITEMS);

  constructor(private readonly queryable: Queryable) {}

  /** Reads what is needed for a batch; `of` answers for those until the next call. */
  async load(batch: readonly ItemAtChange[]): Promise<(wanted: ItemAtChange) => ItemFacts | undefined> {
    const facts = new Map<string, readonly ItemFacts[]>();
    const missing = new Set<string>();
    for (const { itemId, itemChange } of batch) {
      if (itemChange === 0 || facts.has(itemId)) continue;
      const known = this.#known.get(itemId);
      if (known?.some(({ tie }) => tie === itemChange || itemChange < 0)) facts.set(itemId, known);
      else missing.add(itemId);
    }
    for (const [itemId, changes] of await this.#read([...missing])) {
      this.#known.set(itemId, changes);
      facts.set(itemId, changes);
    }
    return ({ itemId, itemChange }) => {
      if (itemChange === 0) return undefined;
      const changes = facts.get(itemId);
      return itemChange < 0 ? changes?.at(-1) : changes?.find(({ tie }) => tie === itemChange);
    };
  }

  async #read(itemIds: readonly string[]): Promise<Map<string, ItemFacts[]>> {
    const read = new Map<string, ItemFacts[]>();
    if (itemIds.length === 0) return read;
    const { rows } = await this.queryable.query<ChangeRow>(CHANGES, [textArray(itemIds)]);
    for (const { entity_id: itemId, event_id: eventId, accepted_at: acceptedAt, record } of rows) {
      const facts = itemFactsOf(common.Item.decode(record), { eventId, acceptedAt });
      const known = read.get(itemId);
      if (known === undefined) read.set(itemId, [facts]);
      else known.push(facts);
    }
    return read;
  }
}
