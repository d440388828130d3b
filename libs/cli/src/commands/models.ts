import { training } from '@attune/contracts';
import type { Command } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { metricsText, placeText, trialsText } from '../model-texts';
import { table } from '../output';
import { addCanaries } from './model-canaries';
import { addMoves } from './model-moves';
import { addRecords } from './model-records';

/** `attune models`: what can be trained, what was, and what serves. */
export const registerModels: RegisterCommand = (program, run) => {
  const models = program
    .command('models')
    .description('models, their versions and which one serves; evaluate, promote, rollback and history below it')
    .action(run(listModels));
  addVersions(models, run);
  addMoves(models, run);
  addRecords(models, run);
  addCanaries(models, run);
};

async function listModels(context: CliContext): Promise<void> {
  const { models } = await context.client('training').listModels({ pageSize: 0, pageToken: '' });
  context.output.result({ models: models.map((model) => training.Model.toJSON(model)) }, () =>
    table(
      ['model', 'in production', 'on trial', 'versions', 'newest', 'metrics of the one in production', 'what it does'],
      models.map((model) => [
        model.name,
        model.production === undefined ? '-' : `v${model.production.ref?.version}`,
        trialsText(model),
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
              placeText(version),
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
