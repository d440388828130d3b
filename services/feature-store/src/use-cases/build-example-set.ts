import { requireNone } from '../domain/request-size';
import { engagementLabel } from '../domain/training-set/label-rule';
import { type ExamplesQuestion, examplesViolations } from '../domain/training-set/question';
import type { CallOptions } from '../ports';
import { trainingSetBuilt } from '../telemetry';
import type { ExamplesRequest, TrainingSetNeeds, TrainingSetProgress } from './training-set';

/** Has labelled examples built, and registers them. */
export async function* buildExampleSet(
  needs: TrainingSetNeeds,
  request: ExamplesRequest,
  options: CallOptions,
): AsyncGenerator<TrainingSetProgress> {
  const question = questionOf(needs, request);
  requireNone(examplesViolations(question, needs.vocabulary));
  yield { fraction: 0, rowCount: 0 };
  await needs.caughtUp(options);
  const now = needs.clock();
  // Features are folded from the first event on.
  await needs.requireDays(
    { from: undefined, to: undefined, tables: ['interactions', 'entity_changes', 'decisions'] },
    options,
  );
  for await (const { built, ...progress } of needs.examples.build({ question, now }, options)) {
    if (built === undefined) {
      yield progress;
      continue;
    }
    const { contentHash, objectKeys, figures, leftOutUserCount, featureSchemaHash } = built;
    await needs.datasets.register({ datasetId: contentHash, kind: 'labelled_examples', builtAt: now });
    trainingSetBuilt(figures.rowCount);
    const content = { kind: 'labelled_examples', figures, featureSchemaHash } as const;
    const dataset = { contentHash, objectKeys, knownAt: question.knownAt ?? now, leftOutUserCount, content };
    yield { ...progress, dataset };
  }
}

function questionOf({ vocabulary }: TrainingSetNeeds, { kind: _, ...request }: ExamplesRequest): ExamplesQuestion {
  const usual = engagementLabel(vocabulary);
  const { strengths = {}, positiveThreshold = 0 } = request.labelRule ?? {};
  const isNamed = Object.keys(strengths).length > 0;
  return { ...request, labelRule: { strengths: isNamed ? strengths : usual.strengths, positiveThreshold } };
}
