import { training } from '@attune/contracts';
import type { Command } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';

/** `attune models`: what can be trained, what was, and what serves. */
export const registerModels: RegisterCommand = (program, run) => {
  const models = program
    .command('models')
    .description('models, their versions and which one serves; promote, rollback and history below it')
    .action(run(listModels));
  addVersions(models, run);
  addPromote(models, run);
  addRollback(models, run);
  addHistory(models, run);
};

async function listModels(context: CliContext): Promise<void> {
  const { models } = await context.client('training').listModels({ pageSize: 0, pageToken: '' });
  context.output.result({ models: models.map((model) => training.Model.toJSON(model)) }, () =>
    table(
      ['model', 'in production', 'versions', 'newest', 'metrics of the one in production', 'what it does'],
      models.map((model) => [
        model.name,
        model.production === undefined ? '-' : `v${model.production.ref?.version}`,
        model.versionCount,
        model.latest === undefined ? '-' : `v${model.latest.ref?.version}`,
        metricsText(model.production?.metrics ?? {}),
        model.description,
      ]),
    ),
  );
}

function addVersions(models: Command, run: RunAction): void {
  models
    .command('versions')
    .argument('<model>', 'for instance als')
    .description('every version of a model, newest first')
    .action(
      run(async (context: CliContext, model: string) => {
        const request = training.ListModelVersionsRequest.fromPartial({ model });
        const { versions } = await context.client('training').listModelVersions(request);
        context.output.result({ versions: versions.map((version) => training.ModelVersion.toJSON(version)) }, () =>
          table(
            ['version', 'stage', 'made', 'users', 'items', 'MB', 'metrics', 'digest', 'train again because'],
            versions.map((version) => [
              `v${version.ref?.version}`,
              stageText(version.stage),
              version.createdAt?.toISOString().slice(0, 19) ?? '',
              version.userCount,
              version.itemCount,
              (version.sizeBytes / 1e6).toFixed(1),
              metricsText(version.metrics),
              version.ref?.digest.slice(0, 12) ?? '',
              version.retrainReason,
            ]),
          ),
        );
      }),
    );
}

function addPromote(models: Command, run: RunAction): void {
  models
    .command('promote')
    .argument('<model>', 'for instance als')
    .argument('[version]', 'the newest by default')
    .option('--reason <text>', 'why, for the history', '')
    .description('put a version into production; the one that was there retires')
    .action(
      run(async (context: CliContext, model: string, version: string | undefined, { reason }: { reason: string }) => {
        const request = training.PromoteModelRequest.fromPartial({ model, version: version ?? '', reason });
        show(context, (await context.client('training').promoteModel(request)).version);
      }),
    );
}

function addRollback(models: Command, run: RunAction): void {
  models
    .command('rollback')
    .argument('<model>', 'for instance als')
    .option('--reason <text>', 'why, for the history', '')
    .description('put the version back that was in production before')
    .action(
      run(async (context: CliContext, model: string, { reason }: { reason: string }) => {
        const request = training.RollbackModelRequest.fromPartial({ model, reason });
        show(context, (await context.client('training').rollbackModel(request)).version);
      }),
    );
}

function addHistory(models: Command, run: RunAction): void {
  models
    .command('history')
    .argument('<model>', 'for instance als')
    .description('what moved when, by whom and why, newest first')
    .action(
      run(async (context: CliContext, model: string) => {
        const request = training.GetProductionHistoryRequest.fromPartial({ model });
        const { changes } = await context.client('training').getProductionHistory(request);
        context.output.result({ changes: changes.map((change) => training.StageChange.toJSON(change)) }, () =>
          table(
            ['when', 'version', 'from', 'to', 'by', 'why'],
            changes.map((change) => [
              change.at?.toISOString() ?? '',
              `v${change.ref?.version}`,
              stageText(change.from),
              stageText(change.to),
              change.actor,
              change.reason,
            ]),
          ),
        );
      }),
    );
}

function show(context: CliContext, version: training.ModelVersion | undefined): void {
  context.output.result(version === undefined ? {} : training.ModelVersion.toJSON(version), () => [
    `${version?.ref?.name} v${version?.ref?.version} is ${stageText(version?.stage)} now.`,
  ]);
}

function stageText(stage: training.ModelStage | undefined): string {
  if (stage === undefined || stage === training.ModelStage.UNSPECIFIED) return '-';
  return training.modelStageToJSON(stage).replace('MODEL_STAGE_', '').toLowerCase();
}

/** The quality of a ranking as people read it: `ndcg@10 0.046 (0.029 to 0.063)`; other metrics are in --json. */
export function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .filter(([name]) => `${name}_low` in metrics)
    .sort(([a], [b]) => b.localeCompare(a))
    .map(
      ([name, value]) =>
        `${name} ${short(value)} (${short(metrics[`${name}_low`])} to ${short(metrics[`${name}_high`])})`,
    )
    .join(', ');
}

function short(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(3);
}
