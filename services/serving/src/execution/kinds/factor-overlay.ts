import { AppError } from '@attune/errors';
import type { ItemCatalog } from '../../item-ports';
import type { FactorRow, FactorRows } from '../../model-ports';
import type { ItemRows } from '../item-rows';
import { findKey } from '../key-index';
import type { FactorTables } from '../model-tables';
import type { RowsOverItems } from '../protocol';

/** How many rows may be laid over a version. */
export interface OverlayLimits {
  /** Items: each is scored exactly for every retrieval. More are refused. */
  readonly items: number;
  /** Users whom the training did not have; those whose row is the oldest make room. */
  readonly newUsers: number;
}

/**
 * Rows that were learned since a version's training, as the event loop knows them: the workers have those of items once more. Users of
 * the training are replaced in their table, which no worker reads.
 */
export class FactorOverlay {
  readonly #slots = new Map<number, number>();
  readonly #items: number[] = [];
  readonly #replaced = new Set<number>();
  readonly #newUsers = new Map<string, Float32Array>();
  #vectors = new Float32Array(0);

  constructor(
    private readonly tables: FactorTables,
    private readonly rows: ItemRows,
    private readonly catalog: Pick<ItemCatalog, 'numberOf' | 'find'>,
    private readonly limits: OverlayLimits,
  ) {}

  /** Takes all rows, or throws and takes none. Returns what the workers must be told. */
  apply({ users, items }: FactorRows): RowsOverItems | undefined {
    for (const row of users) this.#check(row, 'user');
    for (const row of items) this.#check(row, 'item');
    this.#requireRoom(items);
    for (const { key, vector } of users) this.#setUser(key, vector);
    if (items.length === 0) return undefined;
    const replacedRows: number[] = [];
    const slots = Int32Array.from(items, ({ key, vector }) =>
      this.#setItem(this.catalog.numberOf(key), vector, replacedRows),
    );
    return this.#told(slots, replacedRows);
  }

  /** Everything that workers must know, for one that starts now; undefined where nothing was laid over the items. */
  everything(): RowsOverItems | undefined {
    if (this.#items.length === 0) return undefined;
    return this.#told(Int32Array.from(this.#items.keys()), [...this.#replaced]);
  }

  get itemCount(): number {
    return this.#items.length;
  }

  /** The item in a slot behind the model's items. */
  itemIn(slot: number): number {
    return this.#items[slot]!;
  }

  /** The vector of an item that was replaced or added. Not a copy. */
  vectorOfItem(item: number): Float32Array | undefined {
    const slot = this.#slots.get(item);
    return slot === undefined ? undefined : this.#vectorIn(slot);
  }

  /** The vector of a user whom the training did not have. Not a copy. */
  vectorOfNewUser(key: string): Float32Array | undefined {
    return this.#newUsers.get(key);
  }

  #vectorIn(slot: number): Float32Array {
    return this.#vectors.subarray(slot * this.tables.rank, (slot + 1) * this.tables.rank);
  }

  #told(slots: Int32Array, replacedRows: readonly number[]): RowsOverItems {
    const { rank } = this.tables;
    const vectors = new Float32Array(slots.length * rank);
    for (const [at, slot] of slots.entries()) vectors.set(this.#vectorIn(slot), at * rank);
    return { slots, vectors, replacedRows: Int32Array.from(replacedRows) };
  }

  #check({ vector }: FactorRow, what: string): void {
    const { rank } = this.tables;
    if (vector.length === rank && vector.every(Number.isFinite)) return;
    const problem =
      vector.length === rank ? 'numbers that are not finite' : `${vector.length} numbers instead of ${rank}`;
    throw new AppError('invalid.factors', `the vector of one ${what} has ${problem}; none of the rows was taken`);
  }

  #requireRoom(items: readonly FactorRow[]): void {
    const added = new Set(items.map(({ key }) => key).filter((key) => !this.#slots.has(this.catalog.find(key))));
    if (this.#items.length + added.size <= this.limits.items) return;
    const message = `${this.#items.length} items lie over this version and ${added.size} more would be over the limit of ${this.limits.items}; train a new version`;
    throw new AppError('exhausted.factors', message);
  }

  #setUser(key: string, vector: Float32Array): void {
    const { users, userIndex, rank } = this.tables;
    const row = findKey(userIndex, key);
    if (row >= 0) {
      users.set(vector, row * rank);
      return;
    }
    this.#newUsers.delete(key);
    if (this.#newUsers.size >= this.limits.newUsers) this.#newUsers.delete(this.#newUsers.keys().next().value!);
    this.#newUsers.set(key, Float32Array.from(vector));
  }

  #setItem(item: number, vector: Float32Array, replacedRows: number[]): number {
    let slot = this.#slots.get(item);
    if (slot === undefined) {
      slot = this.#items.push(item) - 1;
      this.#slots.set(item, slot);
      const row = this.rows.rowOf(item);
      if (row >= 0) {
        this.#replaced.add(row);
        replacedRows.push(row);
      }
    }
    this.#write(slot, vector);
    return slot;
  }

  #write(slot: number, vector: Float32Array): void {
    const { rank } = this.tables;
    const needed = (slot + 1) * rank;
    if (needed > this.#vectors.length) {
      const larger = new Float32Array(Math.max(needed, this.#vectors.length * 2));
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    this.#vectors.set(vector, slot * rank);
  }
}
