import { training } from '@attune/contracts';
import { InvalidArgumentError } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { moment, words } from '../parse';
import { runTraining } from '../run-training';
import { waitUntilServing } from '../wait-until-serving';
import { metricsText } from './models';

interface Options {
  readonly model: readonly string[];
  readonly set: Readonly<Record<string, unknown>>;
  readonly from?: Date;
  readonly to?: Date;
  readonly promote: boolean;
}

/** `attune train`: trains models and, unless told otherwise, puts them into production. */
export const registerTrain: RegisterCommand = (program, run) => {
  program
    .command('train')
    .argument('[models...]', 'which models; all that can be trained by default')
    .description('train models on what happened, and put them into production')
    .option('--model <names>', 'the same as naming them', words, [])
    .option('--set <name=value>', 'a setting of the trainer, for instance rank=32; may be repeated', setting, {})
    .option('--from <time>', 'train on what happened from here on', moment)
    .option('--to <time>', 'train on what happened before this', moment)
    .option('--no-promote', 'keep the new version as a candidate')
    .addHelpText(
      'after',
      '\nExamples:\n  scripts/attune train\n  scripts/attune train als --set rank=32 --set iterations=8 --no-promote',
    )
    .action(run((context: CliContext, models: string[], options: Options) => train(context, models, options)));
};

async function train(context: CliContext, models: readonly string[], options: Options): Promise<void> {
  const client = context.client('training');
  const named = [...models, ...options.model];
  const wanted =
    named.length > 0 ? named : (await client.listModels({ pageSize: 0, pageToken: '' })).models.map(({ name }) => name);
  const runs: training.TrainingRun[] = [];
  for (const model of wanted) {
    const { from, to, promote } = options;
    const request = { model, from, to, promote, settings: { values: options.set } };
    const ended = await runTraining(client, request, (line) => context.output.progress(`${model}: ${line}`));
    context.output.progressEnd();
    runs.push(ended);
  }
  const promoted = runs.flatMap((run) => (options.promote && run.modelVersion ? [run.modelVersion] : []));
  const remark = promoted.length === 0 ? undefined : await waitUntilServing(context, promoted);
  if (remark !== undefined) context.output.note(remark);
  context.output.result({ runs: runs.map((run) => training.TrainingRun.toJSON(run)) }, () =>
    runs.map(
      (run) =>
        `${run.model} v${run.modelVersion?.version} ${fate(options)} in ${seconds(run)} s: ${metricsText(run.metrics)}`,
    ),
  );
}

function fate({ promote }: Options): string {
  return promote ? 'trained and in production' : 'trained';
}

function seconds({ createdAt, endedAt }: training.TrainingRun): string {
  return ((endedAt!.getTime() - createdAt!.getTime()) / 1000).toFixed(1);
}

function setting(text: string, before: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('must be name=value');
  return { ...before, [name]: value !== '' && Number.isFinite(Number(value)) ? Number(value) : value };
}
