import { common, training } from '@attune/contracts';
import type { Client } from '@attune/grpc';

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
  for await (const step of client.watchTraining({ runId: run!.runId })) last = step.run ?? last;
  if (last?.state !== common.RunState.SUCCEEDED) throw new Error(`${model}: ${last?.problem?.message ?? 'no end'}`);
  return last;
}
