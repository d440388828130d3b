import { training } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { metricsText } from '../model-texts';
import { moment, setting, words } from '../parse';
import { runTraining, SERVED_MODELS } from '../run-training';
import { waitUntilServing } from '../wait-until-serving';
import { type TermOptions, withTerms } from './model-moves';

interface Options extends TermOptions {
  readonly model: readonly string[];
  readonly set: Readonly<Record<string, unknown>>;
  readonly from?: Date;
  readonly to?: Date;
  readonly promote: boolean;
  readonly all: boolean;
  readonly warmStart: boolean;
}

/** `attune train`: trains models and, unless told otherwise, puts them into production. */
export const registerTrain: RegisterCommand = (program, run) => {
  const command = program
    .command('train')
    .argument('[models...]', `which models; by default those that slates come from: ${SERVED_MODELS.join(', ')}`)
    .option('--all', 'every model; scripts/attune models lists them', false)
    .description('train models on what happened, and put them into production')
    .option('--model <names>', 'the same as naming them', words, [])
    .option('--set <name=value>', 'a setting of the trainer, for instance rank=32; may be repeated', setting, {})
    .option('--from <time>', 'train on what happened from here on', moment)
    .option('--to <time>', 'train on what happened before this', moment)
    .option('--no-promote', 'keep the new version as a candidate')
    .option('--warm-start', 'begin from the version in production, where its settings fit', false)
    .addHelpText(
      'after',
      '\nA version goes into production when it is shown to be better than the one that is there (the first: than popularity), or\n' +
        'has its settings and other data. Otherwise it stays a candidate, and the reason is told. Models that nobody named are passed\n' +
        'over where there is no data for them, ratings or texts for instance.\n' +
        '\nExamples:\n  scripts/attune train\n  scripts/attune train als --set rank=32 --set iterations=8 --no-promote',
    );
  withTerms(command).action(
    run((context: CliContext, models: string[], options: Options) => train(context, models, options)),
  );
};

async function train(context: CliContext, models: readonly string[], options: Options): Promise<void> {
  const named = [...models, ...options.model];
  const isChosen = named.length > 0 && !options.all;
  const runs: training.TrainingRun[] = [];
  for (const model of isChosen ? named : await modelsToTrain(context, options.all)) {
    const ended = await trainOne(context, model, options).catch((error: unknown) => {
      // Models that nobody named are passed over where the data does not feed them: no ratings, no texts.
      if (isChosen || !isAppError(error, 'failed_precondition')) throw error;
      context.output.progressEnd();
      context.output.note(`passed over ${model}: ${error.message}`);
      return undefined;
    });
    if (ended === undefined) continue;
    runs.push(ended);
    context.output.early(runLines(ended));
  }
  const promoted = runs.flatMap((run) => (run.promoted && run.modelVersion ? [run.modelVersion] : []));
  const remark = promoted.length === 0 ? undefined : await waitUntilServing(context, promoted);
  if (remark !== undefined) context.output.note(remark);
  if (context.output.isJson)
    context.output.result({ runs: runs.map((run) => training.TrainingRun.toJSON(run)) }, () => []);
}

/** Those that serve before those that can only be measured. */
async function modelsToTrain(context: CliContext, isAll: boolean): Promise<readonly string[]> {
  if (!isAll) return SERVED_MODELS;
  const { models } = await context.client('training').listModels({ pageSize: 0, pageToken: '' });
  const others = models.map(({ name }) => name).filter((name) => !SERVED_MODELS.includes(name));
  return [...SERVED_MODELS, ...others];
}

async function trainOne(context: CliContext, model: string, options: Options): Promise<training.TrainingRun> {
  const { from, to, promote, warmStart, metric, margin, override, reason } = options;
  const promotionTerms = { metric, nonInferiorityMargin: margin, override, reason };
  const request = { model, from, to, promote, warmStart, promotionTerms, settings: { values: options.set } };
  const onLine = (line: string) => context.output.progress(`${model}: ${line}`);
  const ended = await runTraining(context.client('training'), request, onLine);
  context.output.progressEnd();
  return ended;
}

function runLines(run: training.TrainingRun): string[] {
  return [
    `${run.model} v${run.modelVersion?.version} trained in ${seconds(run)} s: ${metricsText(run.metrics)}`,
    ...(run.promotion === '' ? [] : [`  ${run.promotion}`]),
  ];
}

function seconds({ createdAt, endedAt }: training.TrainingRun): string {
  return ((endedAt!.getTime() - createdAt!.getTime()) / 1000).toFixed(1);
}
