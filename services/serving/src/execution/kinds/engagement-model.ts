import { AppError } from '@attune/errors';
import * as ort from 'onnxruntime-node';
import type { Asker, ModelAnswer } from '../../model-ports';
import type { Waiting } from '../../ports';
import type { LiveModel } from '../live-model';
import { openGraph, type RunnableGraph, scoresOf } from '../open-graph';
import { type AskableModel, cannotAnswer } from './askable-model';

/** A graph that is open on the event loop. */
interface QuickGraph {
  readonly graph: RunnableGraph;
  /** The most rows that it is quick with. */
  readonly rows: number;
}

/**
 * Probabilities of what somebody will do, by rows of features. As many rows as the graph is quick with are predicted here, since handing
 * them to a worker and back takes longer than predicting them does (ADR 0038); all others go to a worker.
 */
export class EngagementModel implements AskableModel {
  private constructor(
    private readonly live: LiveModel,
    private readonly quick: QuickGraph | undefined,
  ) {}

  /** Opens the graph here, too, where it is quick. A graph that does not open here is asked in the workers, which have it open. */
  static async open(live: LiveModel): Promise<EngagementModel> {
    const { tables } = live;
    const found = tables.form === 'users' ? tables.quick : undefined;
    const graph = found && (await openGraph('predict', Uint8Array.from(found.graph)).catch(() => undefined));
    if (graph === undefined) return new EngagementModel(live, undefined);
    live.onEnd = () => void graph.close();
    return new EngagementModel(live, { graph, rows: found!.rows });
  }

  async retrieve(_: Asker): Promise<ModelAnswer> {
    throw cannotAnswer(this.live.facts.kind, 'for items: it predicts by features');
  }

  async score(_: Asker): Promise<Float32Array> {
    throw cannotAnswer(this.live.facts.kind, 'for scores: it predicts by features');
  }

  async predict(features: Float32Array<ArrayBuffer>, waiting: Waiting): Promise<Float32Array> {
    const { length: width } = this.live.facts.features;
    if (features.length === 0) return new Float32Array(0);
    if (features.length % width !== 0) {
      throw new AppError('invalid.features', `${features.length} values are not rows of ${width} features`);
    }
    const rows = features.length / width;
    if (this.quick === undefined || rows > this.quick.rows) {
      return (await this.live.ask({ do: 'predict', features }, waiting)).scores;
    }
    waiting.signal.throwIfAborted();
    const results = await this.quick.graph.run({ features: new ort.Tensor('float32', features, [rows, width]) });
    return scoresOf(results.probabilities);
  }
}
