import { randomUUID } from 'node:crypto';
import { type Client, common, training } from '@attune/contracts';
import { AppError, type ErrorCode } from '@attune/errors';
import { watchRun } from './watch-run';

/** The models that slates come from, those first that most of a slate comes from: what is trained where nobody names any. */
export const SERVED_MODELS: readonly string[] = [
  'popularity',
  'als',
  'content',
  'item_item',
  'engagement',
  'neural_cf',
];

/** What the first start trains: what the usual strategy of `home` asks. The others take longer than somebody new wants to wait. */
export const FIRST_MODELS: readonly string[] = ['popularity', 'als', 'content'];

/** Starts a run, follows it to its end and tells each step as a line. Throws what a run that did not succeed gives as its reason. */
export async function runTraining(
  client: Pick<Client<training.TrainingServiceServer>, 'startTraining' | 'watchTraining'>,
  request: Pick<training.StartTrainingRequest, 'model' | 'promote'> & Partial<training.StartTrainingRequest>,
  onLine: (line: string) => void,
): Promise<training.TrainingRun> {
  const started = training.StartTrainingRequest.fromPartial({ requestId: randomUUID(), ...request });
  const { run } = await client.startTraining(started);
  return requireSucceeded(await watchRun(client, run!.runId, onLine));
}

/** The run, when it succeeded; throws what it gives as its reason otherwise. */
export function requireSucceeded(ended: training.TrainingRun): training.TrainingRun {
  if (ended.state === common.RunState.SUCCEEDED) return ended;
  if (ended.state === common.RunState.CANCELLED) {
    throw new AppError('cancelled.run', `run ${ended.runId} of ${ended.model} was cancelled`);
  }
  const { code = 'internal.run', message = 'no reason was given' } = ended.problem ?? {};
  throw new AppError(code as ErrorCode, `run ${ended.runId} of ${ended.model} failed: ${message}`);
}
