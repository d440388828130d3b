import type { CallOptions } from '../ports';
import { buildExampleSet } from './build-example-set';
import { buildInteractionSet } from './build-interaction-set';
import type { TrainingSetNeeds, TrainingSetProgress, TrainingSetQuestion } from './training-set';

/**
 * Writes an immutable training set. It first waits for what was accepted before the call, so that "import, then train" sees
 * everything; a caller that goes away stops the work, and what was written so far is deleted.
 */
export function makeBuildTrainingSet(needs: TrainingSetNeeds) {
  return (question: TrainingSetQuestion, options: CallOptions = {}): AsyncGenerator<TrainingSetProgress> =>
    question.kind === 'interactions'
      ? buildInteractionSet(needs, question, options)
      : buildExampleSet(needs, question, options);
}
