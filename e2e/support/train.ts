import { type Client, common, training } from '@attune/contracts';

/** Two busy cores stretch every training; what a journey is about is never this deadline. */
const PATIENCE_MS = 120_000;

/**
 * Trains a model and puts it into production, whatever its evaluation says: the journeys are about what serves, on data that is too
 * small to prove anything. Resolves to the run as it ended.
 */
export async function trainAndPromote(
  client: Client<typeof training.TrainingServiceService>,
  model: string,
  values: Readonly<Record<string, number>> = {},
): Promise<training.TrainingRun> {
  const { run } = await client.startTraining(
    training.StartTrainingRequest.fromPartial({
      model,
      settings: { values },
      promote: true,
      promotionTerms: { override: true, reason: 'the journey serves whatever was trained' },
    }),
  );
  let last: training.TrainingRun | undefined;
  for await (const step of client.watchTraining({ runId: run!.runId }, { deadlineMs: PATIENCE_MS }))
    last = step.run ?? last;
  if (last?.state !== common.RunState.SUCCEEDED) throw new Error(`${model}: ${last?.problem?.message ?? 'no end'}`);
  return last;
}
