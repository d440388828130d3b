import { monitoring } from '@attune/contracts';
import type { CliContext } from '../context';
import { modelDriftLines } from './model-drift-lines';

/** Which model, and over how many hours back; 0 for what the service takes. */
export interface ModelDriftQuestion {
  readonly model: string;
  readonly windowHours: number;
}

/** Asks the fleet how far a model has drifted and prints it; answers whether anything has. */
export async function runModelDrift(context: CliContext, question: ModelDriftQuestion): Promise<boolean> {
  const found = await context.client('monitoring').getDrift(question, { deadlineMs: 60_000 });
  context.output.result(monitoring.GetDriftResponse.toJSON(found), () => modelDriftLines(found));
  return found.measures.some(({ hasDrifted }) => hasDrifted);
}
