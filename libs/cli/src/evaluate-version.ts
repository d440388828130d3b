import { training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { CliContext } from './context';
import { estimateText, gainText } from './model-texts';
import { table } from './output';
import { requireSucceeded } from './run-training';
import { watchRun } from './watch-run';

/** Which version to evaluate, and how. */
export type Question = Pick<training.EvaluateModelRequest, 'model'> & Partial<training.EvaluateModelRequest>;

/** Evaluates a version, with a bar while it runs. */
export async function evaluateVersion(context: CliContext, question: Question): Promise<training.Evaluation> {
  const client = context.client('training');
  const request = training.EvaluateModelRequest.fromPartial({ ...question, startOnly: true });
  const { run } = await client.evaluateModel(request);
  const onLine = (line: string) => context.output.progress(`evaluating ${question.model}: ${line}`);
  const { evaluationId } = requireSucceeded(await watchRun(client, run!.runId, onLine));
  context.output.progressEnd();
  const { evaluation } = await client.getEvaluation({ evaluationId });
  if (evaluation !== undefined) return evaluation;
  throw new AppError('not_found.evaluation', `evaluation ${evaluationId} is gone`);
}

/** An evaluation as people read it: the version beside the others, metric by metric, and by how much it is better. */
export function evaluationLines(evaluation: training.Evaluation): string[] {
  const { ref, datasetId, method, caveat, userCount, comparisons, evaluationId } = evaluation;
  const version = `${ref?.name} v${ref?.version}`;
  const nameOf = ({ opponent }: training.Comparison) => (/^\d+$/.test(opponent) ? `v${opponent}` : opponent);
  const of = (estimates: readonly training.MetricEstimate[], name: string, text: typeof estimateText) => {
    const found = estimates.find((one) => one.name === name);
    return found === undefined ? '-' : text(found);
  };
  return [
    `${version} on data set ${datasetId.slice(0, 12)}, ${userCount} users: ${method}`,
    ...(caveat === '' ? [] : [`Take care: ${caveat}.`]),
    '',
    ...table(
      ['metric', version, ...comparisons.flatMap((one) => [nameOf(one), `better than ${nameOf(one)} by`])],
      evaluation.metrics.map((estimate) => [
        estimate.name,
        estimateText(estimate),
        ...comparisons.flatMap(({ metrics, gains }) => [
          of(metrics, estimate.name, estimateText),
          of(gains, estimate.name, gainText),
        ]),
      ]),
    ),
    '',
    `Kept as evaluation ${evaluationId}.`,
  ];
}
