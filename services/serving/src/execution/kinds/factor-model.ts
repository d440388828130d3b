import type { UserPrior } from '../../domain/live-vector';
import type { ItemCatalog } from '../../item-ports';
import type { Asker, FactorRows, ModelAnswer, Spread } from '../../model-ports';
import type { Waiting } from '../../ports';
import { findKey } from '../key-index';
import type { LiveModel } from '../live-model';
import type { FactorTables } from '../model-tables';
import { userPriorOf } from '../user-prior';
import { type AskableModel, cannotAnswer, noScores, UNKNOWN, withoutItem } from './askable-model';
import { FactorOverlay, type OverlayLimits } from './factor-overlay';

/** A vector to score items with, and how. */
interface Direction {
  readonly vector: Float32Array;
  readonly measure: 'dot' | 'cosine';
}

/**
 * A factorization (`als`, `mf`): users and items are vectors, a score is their dot product, between two items their cosine. Vectors and
 * scores of single items are read from shared tables here; a search through all items is the workers'.
 */
export class FactorModel implements AskableModel {
  readonly userPrior: UserPrior | undefined;
  readonly #overlay: FactorOverlay;

  constructor(
    private readonly live: LiveModel,
    private readonly tables: FactorTables,
    private readonly userKeyOf: (userId: string) => string,
    catalog: ItemCatalog,
    limits: OverlayLimits,
  ) {
    this.#overlay = new FactorOverlay(tables, live.rows, catalog, limits);
    this.userPrior = tables.prior && userPriorOf(tables.prior);
    live.rowsOverItems = () => this.#overlay.everything();
  }

  async retrieve(asker: Asker, count: number, waiting: Waiting): Promise<ModelAnswer> {
    const { kind, itemCount } = this.live.facts;
    if (!this.live.facts.needsWorkers) throw cannotAnswer(kind, 'for items: it predicts ratings of given ones');
    const direction = this.#directionOf(asker);
    if (direction === undefined) return UNKNOWN;
    const most = itemCount + this.#overlay.itemCount;
    // an item is its own nearest neighbour, hence one more
    const wanted = Math.min(asker.by === 'item' ? count + 1 : count, most);
    const { rows, scores } = await this.live.ask({ do: 'by_vector', ...direction, count: wanted }, waiting);
    const items = rows;
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!;
      items[at] = row < itemCount ? this.live.rows.numberOf(row) : this.#overlay.itemIn(row - itemCount);
    }
    return asker.by === 'item' ? withoutItem({ items, scores }, asker.item, count) : { isKnown: true, items, scores };
  }

  async score(asker: Asker, items: Int32Array): Promise<Float32Array> {
    const direction = this.#directionOf(asker);
    const scores = noScores(items.length);
    if (direction === undefined) return scores;
    for (let at = 0; at < items.length; at++) scores[at] = this.#scoreOf(direction, items[at]!);
    return scores;
  }

  spreadOf(asker: Asker): Spread | undefined {
    const { moments, rank } = this.tables;
    const direction = moments && this.#directionOf(asker);
    if (direction?.measure !== 'dot') return undefined;
    const { vector } = direction;
    let [mean, variance] = [0, 0];
    for (let i = 0; i < rank; i++) {
      mean += moments!.mean[i]! * vector[i]!;
      let sum = 0;
      for (let j = 0; j < rank; j++) sum += moments!.covariance[i * rank + j]! * vector[j]!;
      variance += sum * vector[i]!;
    }
    return { mean, deviation: Math.sqrt(Math.max(0, variance)) };
  }

  vectorOfUser(userId: string): Float32Array | undefined {
    return this.#userVector(userId)?.slice();
  }

  vectorOfItem(item: number): Float32Array | undefined {
    return this.#itemVector(item)?.slice();
  }

  /** Lays rows over the model; all or none. */
  async overlay(rows: FactorRows): Promise<void> {
    const told = this.#overlay.apply(rows);
    if (told !== undefined) await this.live.overlay(told);
  }

  #directionOf(asker: Asker): Direction | undefined {
    switch (asker.by) {
      case 'user':
        return dotWith(this.#userVector(asker.userId));
      case 'vector':
        return dotWith(asker.vector.length === this.tables.rank ? asker.vector : undefined);
      case 'item': {
        const vector = this.#itemVector(asker.item);
        return vector && { vector: scaled(vector, inverseLength(vector)), measure: 'cosine' };
      }
      default:
        throw cannotAnswer(this.live.facts.kind, `by ${asker.by}`);
    }
  }

  #scoreOf({ vector, measure }: Direction, item: number): number {
    const laidOver = this.#overlay.vectorOfItem(item);
    if (laidOver !== undefined)
      return this.#onScale(dotAt(vector, laidOver, 0), measure, () => inverseLength(laidOver));
    const row = this.live.rows.rowOf(item);
    if (row < 0) return Number.NaN;
    const product = dotAt(vector, this.tables.items, row * this.tables.rank);
    return this.#onScale(product, measure, () => this.tables.inverseLengths[row]!);
  }

  #onScale(product: number, measure: Direction['measure'], inverse: () => number): number {
    if (measure === 'cosine') return product * inverse();
    const { range } = this.tables;
    return range === undefined ? product : Math.min(range[1], Math.max(range[0], product));
  }

  #userVector(userId: string): Float32Array | undefined {
    const key = this.userKeyOf(userId);
    const row = findKey(this.tables.userIndex, key);
    return row < 0 ? this.#overlay.vectorOfNewUser(key) : rowOf(this.tables.users, row, this.tables.rank);
  }

  #itemVector(item: number): Float32Array | undefined {
    const laidOver = this.#overlay.vectorOfItem(item);
    if (laidOver !== undefined) return laidOver;
    const row = this.live.rows.rowOf(item);
    return row < 0 ? undefined : rowOf(this.tables.items, row, this.tables.rank);
  }
}

const rowOf = (table: Float32Array, row: number, rank: number) => table.subarray(row * rank, (row + 1) * rank);
const dotWith = (vector: Float32Array | undefined): Direction | undefined => vector && { vector, measure: 'dot' };
const scaled = (vector: Float32Array, factor: number) => vector.map((value) => value * factor);

/** The product with the numbers that begin at `from`: without a view for each of hundreds of items, in four sums that do not wait. */
function dotAt(vector: Float32Array, table: Float32Array, from: number): number {
  const { length } = vector;
  let [a, b, c, d] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < length; k += 4) {
    a += vector[k]! * table[from + k]!;
    b += vector[k + 1]! * table[from + k + 1]!;
    c += vector[k + 2]! * table[from + k + 2]!;
    d += vector[k + 3]! * table[from + k + 3]!;
  }
  for (; k < length; k++) a += vector[k]! * table[from + k]!;
  return a + b + (c + d);
}

function inverseLength(vector: Float32Array): number {
  const square = dotAt(vector, vector, 0);
  return square > 0 ? 1 / Math.sqrt(square) : 0;
}
