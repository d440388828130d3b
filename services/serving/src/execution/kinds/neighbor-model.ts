import { SparseTop } from '../../domain/sparse-top';
import type { Asker, ModelAnswer } from '../../model-ports';
import type { Waiting } from '../../ports';
import type { LiveModel } from '../live-model';
import type { NeighborTables } from '../model-tables';
import { type AskableModel, cannotAnswer, noScores, UNKNOWN, withoutItem } from './askable-model';

type History = Extract<Asker, { by: 'history' }>;

/** What items say for each other (`item_item`, `content`): for somebody by what was liked, and of an item by itself. */
export class NeighborModel implements AskableModel {
  /** [items]: where the items that are being scored have their place, counted from 1; zeros between two calls. */
  #places: Int32Array | undefined;
  /** Absent where items say something of every other one: that is a product of matrices, and a worker's. */
  readonly #sparse: SparseTop | undefined;

  constructor(
    private readonly live: LiveModel,
    private readonly tables: NeighborTables,
  ) {
    const { rows, ...lists } = tables.history;
    this.#sparse = rows && new SparseTop({ ...lists, rows }, live.facts.itemCount);
  }

  async retrieve(asker: Asker, count: number, waiting: Waiting): Promise<ModelAnswer> {
    if (asker.by === 'item') return this.#similarTo(asker.item, count);
    const history = this.#historyOf(asker);
    if (history.rows.length === 0) return UNKNOWN;
    const wanted = Math.min(count, this.live.facts.itemCount);
    const { rows, scores } =
      this.#sparse?.best(history.rows, history.weights, wanted) ??
      (await this.live.ask({ do: 'by_history', ...history, count: wanted }, waiting));
    return { isKnown: true, items: this.live.rows.toNumbers(rows), scores };
  }

  async score(asker: Asker, items: Int32Array): Promise<Float32Array> {
    const scores = noScores(items.length);
    const history = asker.by === 'item' ? this.#historyOfItem(asker.item) : this.#historyOf(asker);
    if (history.rows.length === 0) return scores;
    const rows = new Int32Array(items.length);
    for (let at = 0; at < rows.length; at++) rows[at] = this.live.rows.rowOf(items[at]!);
    const sums =
      asker.by === 'item' ? this.#saysForEach(history, rows, this.tables.similar) : this.#saysForEach(history, rows);
    for (let at = 0; at < items.length; at++) if (rows[at]! >= 0) scores[at] = sums[at]!;
    return scores;
  }

  #historyOfItem(item: number) {
    const row = this.live.rows.rowOf(item);
    return row < 0
      ? { rows: new Int32Array(0), weights: new Float32Array(0) }
      : { rows: Int32Array.of(row), weights: Float32Array.of(1) };
  }

  /** What was liked, as rows of this model; items that it does not know are passed over. */
  #historyOf(asker: Asker): { readonly rows: Int32Array; readonly weights: Float32Array } {
    if (asker.by !== 'history') throw cannotAnswer(this.live.facts.kind, `by ${asker.by}`);
    const { items, weights }: History = asker;
    const rows = new Int32Array(items.length);
    const strengths = new Float32Array(items.length);
    let count = 0;
    for (let at = 0; at < items.length; at++) {
      const row = this.live.rows.rowOf(items[at]!);
      if (row < 0) continue;
      rows[count] = row;
      strengths[count++] = weights[at]!;
    }
    return { rows: rows.subarray(0, count), weights: strengths.subarray(0, count) };
  }

  #similarTo(item: number, count: number): ModelAnswer {
    const row = this.live.rows.rowOf(item);
    if (row < 0) return UNKNOWN;
    const { width, rows, weights } = this.tables.similar;
    const own = rows!.slice(row * width, (row + 1) * width);
    // an item stands in its own row where it has fewer neighbours
    const found = own.indexOf(row);
    const end = found < 0 ? width : found;
    const items = Int32Array.from(own.subarray(0, end), (other) => this.live.rows.numberOf(other));
    return withoutItem({ items, scores: weights.slice(row * width, row * width + end) }, item, count);
  }

  /** For each of some rows the sum of what the history's items say for it: [rows], 0 where they say nothing. */
  #saysForEach(
    history: { readonly rows: Int32Array; readonly weights: Float32Array },
    wanted: Int32Array,
    table = this.tables.history,
  ): Float64Array {
    const places = (this.#places ??= new Int32Array(this.live.facts.itemCount));
    const sums = new Float64Array(wanted.length);
    if (table.rows === undefined) return this.#saysByWholeRows(history, wanted, sums);
    for (let at = 0; at < wanted.length; at++) if (wanted[at]! >= 0) places[wanted[at]!] = at + 1;
    const { width, rows, weights } = table;
    for (let e = 0; e < history.rows.length; e++) {
      const [first, end, strength] = [history.rows[e]! * width, (history.rows[e]! + 1) * width, history.weights[e]!];
      for (let at = first; at < end; at++) {
        const place = places[rows[at]!]!;
        if (place > 0) sums[place - 1]! += strength * weights[at]!;
      }
    }
    for (let at = 0; at < wanted.length; at++) {
      if (wanted[at]! < 0) continue;
      // an item that is asked for twice has its sum at its last place
      sums[at] = sums[places[wanted[at]!]! - 1]!;
    }
    for (const row of wanted) if (row >= 0) places[row] = 0;
    return sums;
  }

  #saysByWholeRows(
    history: { readonly rows: Int32Array; readonly weights: Float32Array },
    wanted: Int32Array,
    sums: Float64Array,
  ): Float64Array {
    const { width, weights } = this.tables.history;
    for (let e = 0; e < history.rows.length; e++) {
      const [first, strength] = [history.rows[e]! * width, history.weights[e]!];
      for (let at = 0; at < wanted.length; at++) {
        if (wanted[at]! >= 0) sums[at]! += strength * weights[first + wanted[at]!]!;
      }
    }
    return sums;
  }
}
