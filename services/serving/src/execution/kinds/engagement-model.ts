import { AppError } from '@attune/errors';
import type { Asker, ModelAnswer, Waiting } from '../../ports';
import type { LiveModel } from '../live-model';
import { type AskableModel, cannotAnswer } from './askable-model';

/** Probabilities of what somebody will do, by rows of features. */
export class EngagementModel implements AskableModel {
  constructor(private readonly live: LiveModel) {}

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
    return (await this.live.ask({ do: 'predict', features }, waiting)).scores;
  }
}
