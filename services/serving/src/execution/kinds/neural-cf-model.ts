import type { Asker, ModelAnswer } from '../../model-ports';
import type { Waiting } from '../../ports';
import { findKey } from '../key-index';
import type { LiveModel } from '../live-model';
import type { UserTables } from '../model-tables';
import { type AskableModel, cannotAnswer, noScores, UNKNOWN } from './askable-model';

/** A net over pairs of a user and an item; it knows users of its training alone. */
export class NeuralCfModel implements AskableModel {
  constructor(
    private readonly live: LiveModel,
    private readonly tables: UserTables,
    private readonly userKeyOf: (userId: string) => string,
  ) {}

  async retrieve(asker: Asker, count: number, waiting: Waiting): Promise<ModelAnswer> {
    const row = this.#rowOf(asker);
    if (row < 0) return UNKNOWN;
    const wanted = Math.min(count, this.live.facts.itemCount);
    const { rows, scores } = await this.live.ask({ do: 'by_user', row, count: wanted }, waiting);
    return { isKnown: true, items: this.live.rows.toNumbers(rows), scores };
  }

  async score(asker: Asker, items: Int32Array, waiting: Waiting): Promise<Float32Array> {
    const row = this.#rowOf(asker);
    const scores = noScores(items.length);
    const known: number[] = [];
    for (let at = 0; at < items.length; at++) if (this.live.rows.rowOf(items[at]!) >= 0) known.push(at);
    if (row < 0 || known.length === 0) return scores;
    const rows = Int32Array.from(known, (at) => this.live.rows.rowOf(items[at]!));
    const answer = await this.live.ask({ do: 'rank', row, rows }, waiting);
    for (const [place, at] of known.entries()) scores[at] = answer.scores[place]!;
    return scores;
  }

  #rowOf(asker: Asker): number {
    if (asker.by !== 'user') throw cannotAnswer(this.live.facts.kind, `by ${asker.by}`);
    return findKey(this.tables.userIndex, this.userKeyOf(asker.userId));
  }
}
