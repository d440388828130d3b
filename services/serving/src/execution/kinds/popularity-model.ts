import type { Asker, ModelAnswer, Spread } from '../../model-ports';
import type { LiveModel } from '../live-model';
import type { PopularityTables } from '../model-tables';
import { type AskableModel, noScores } from './askable-model';

/** What is popular with everybody: the same for whoever asks, ranked once when the model loads. */
export class PopularityModel implements AskableModel {
  constructor(
    private readonly live: LiveModel,
    private readonly tables: PopularityTables,
  ) {}

  async retrieve(_: Asker, count: number): Promise<ModelAnswer> {
    const { order, scores } = this.tables;
    const items = order.slice(0, Math.max(0, count));
    const best = new Float32Array(items.length);
    for (let at = 0; at < best.length; at++) best[at] = scores[items[at]!]!;
    return { isKnown: true, items: this.live.rows.toNumbers(items), scores: best };
  }

  async score(_: Asker, items: Int32Array): Promise<Float32Array> {
    const scores = noScores(items.length);
    for (let at = 0; at < items.length; at++) {
      const row = this.live.rows.rowOf(items[at]!);
      if (row >= 0) scores[at] = this.tables.scores[row]!;
    }
    return scores;
  }

  spreadOf(): Spread {
    const { mean, deviation } = this.tables;
    return { mean, deviation };
  }
}
