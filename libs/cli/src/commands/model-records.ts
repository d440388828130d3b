import { training } from '@attune/contracts';
import type { Command } from 'commander';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { evaluateVersion, evaluationLines } from '../evaluate-version';
import { estimateText, gainText, placeText, stageText } from '../model-texts';
import { table } from '../output';
import { moment, words } from '../parse';

/** `attune models evaluate`, `evaluations`, `history` and `at`: how good versions are, and what served when. */
export function addRecords(models: Command, run: RunAction): void {
  models
    .command('evaluate')
    .argument('<model>', 'for instance als')
    .argument('[version]', 'the newest by default')
    .option('--dataset <id>', 'on this data set; by default on what happened since the versions were trained', '')
    .option('--metrics <names>', 'for instance ndcg@10,recall@20; the usual ones by default', words, [])
    .description('measure a version beside the one in production and a baseline, on the same users and items')
    .action(
      run((context: CliContext, model: string, version: string | undefined, options: EvaluateOptions) =>
        evaluate(context, { model, version: version ?? '' }, options),
      ),
    );
  models
    .command('evaluations')
    .argument('<model>', 'for instance als')
    .argument('[version]', 'all by default')
    .description('evaluations that were made, newest first')
    .action(
      run((context: CliContext, model: string, version: string | undefined) =>
        listEvaluations(context, { model, version: version ?? '' }),
      ),
    );
  models
    .command('history')
    .argument('<model>', 'for instance als')
    .description('what moved when, by whom, why and on what grounds, newest first')
    .action(run(showHistory));
  models
    .command('at')
    .argument('<time>', 'for instance 2026-11-23T10:00:00Z', moment)
    .argument('[model]', 'all by default')
    .description('what was in production at a time')
    .action(run(showAt));
}

interface EvaluateOptions {
  readonly dataset: string;
  readonly metrics: readonly string[];
}

async function evaluate(
  context: CliContext,
  which: { readonly model: string; readonly version: string },
  { dataset, metrics }: EvaluateOptions,
): Promise<void> {
  const evaluation = await evaluateVersion(context, { ...which, datasetId: dataset, metrics: [...metrics] });
  context.output.result(training.Evaluation.toJSON(evaluation), () => evaluationLines(evaluation));
}

async function listEvaluations(
  context: CliContext,
  which: { readonly model: string; readonly version: string },
): Promise<void> {
  const request = training.ListEvaluationsRequest.fromPartial(which);
  const { evaluations } = await context.client('training').listEvaluations(request);
  context.output.result({ evaluations: evaluations.map((one) => training.Evaluation.toJSON(one)) }, () =>
    table(
      ['when', 'version', 'users', 'metric', 'value', 'better by', 'than', 'how', 'id'],
      evaluations.flatMap((evaluation) => rowsOf(evaluation)),
    ),
  );
}

/** One row per opponent, with the metric that decides: the first of those that are compared user by user with ndcg in front. */
function rowsOf(evaluation: training.Evaluation): (string | number)[][] {
  const { createdAt, ref, userCount, metrics, comparisons, method, caveat, evaluationId } = evaluation;
  const main = metrics.find(({ name }) => name.startsWith('ndcg')) ?? metrics[0];
  const how = caveat === '' ? method : `${method} (proves nothing: ${caveat})`;
  const rowOf = (gain: training.MetricEstimate | undefined, opponent: string) => [
    createdAt?.toISOString().slice(0, 19) ?? '',
    `v${ref?.version}`,
    userCount,
    main?.name ?? '-',
    main === undefined ? '-' : estimateText(main),
    gain === undefined ? '-' : gainText(gain),
    opponent,
    how,
    evaluationId,
  ];
  if (comparisons.length === 0) return [rowOf(undefined, '-')];
  return comparisons.map(({ opponent, gains }) =>
    rowOf(
      gains.find(({ name }) => name === main?.name),
      /^\d+$/.test(opponent) ? `v${opponent}` : opponent,
    ),
  );
}

async function showHistory(context: CliContext, model: string): Promise<void> {
  const request = training.GetProductionHistoryRequest.fromPartial({ model });
  const { changes } = await context.client('training').getProductionHistory(request);
  context.output.result({ changes: changes.map((change) => training.StageChange.toJSON(change)) }, () =>
    table(
      ['when', 'version', 'from', 'to', 'by', 'why', 'grounds'],
      changes.map((change) => [
        change.at?.toISOString() ?? '',
        `v${change.ref?.version}`,
        stageText(change.from),
        placeText({ stage: change.to, canaryShare: change.canaryShare }),
        change.actor,
        change.reason,
        groundsText(change.grounds),
      ]),
    ),
  );
}

function groundsText(grounds: training.PromotionGrounds | undefined): string {
  if (grounds === undefined) return '';
  const evaluation = grounds.evaluationId === '' ? '' : ` [evaluation ${grounds.evaluationId}]`;
  return `${grounds.rule}: ${grounds.summary}${evaluation}`;
}

async function showAt(context: CliContext, at: Date, model: string | undefined): Promise<void> {
  const client = context.client('training');
  const names =
    model === undefined
      ? (await client.listModels({ pageSize: 0, pageToken: '' })).models.map(({ name }) => name)
      : [model];
  const served: training.StageChange[] = [];
  for (const name of names) {
    const request = training.GetProductionHistoryRequest.fromPartial({ model: name, at });
    served.push(...(await client.getProductionHistory(request)).changes);
  }
  context.output.result({ served: served.map((change) => training.StageChange.toJSON(change)) }, () =>
    served.length === 0
      ? [`Nothing was in production at ${at.toISOString()}.`]
      : table(
          ['model', 'version', 'since', 'by', 'why', 'digest'],
          served.map(({ ref, at: since, actor, reason }) => [
            ref?.name ?? '',
            `v${ref?.version}`,
            since?.toISOString() ?? '',
            actor,
            reason,
            ref?.digest ?? '',
          ]),
        ),
  );
}
