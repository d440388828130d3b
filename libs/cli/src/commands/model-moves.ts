import { randomUUID } from 'node:crypto';
import { training } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import { type Command, InvalidArgumentError } from 'commander';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { evaluateVersion } from '../evaluate-version';
import { placeText } from '../model-texts';
import { finiteNumber } from '../parse';

/** What decides about a promotion, as options of a command. */
export interface TermOptions {
  readonly reason: string;
  readonly override: boolean;
  readonly metric: string;
  readonly margin: number;
}

/** Adds the options that decide about a promotion. */
export function withTerms(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the history', '')
    .option('--override', 'promote whatever an evaluation says; needs a reason', false)
    .option('--metric <name>', "the metric that decides; the model's own by default", '')
    .option('--margin <number>', 'how much worse it may be, in units of the metric', finiteNumber, 0);
}

/** `attune models promote` and `rollback`: what moves versions. */
export function addMoves(models: Command, run: RunAction): void {
  const promoteCommand = models
    .command('promote')
    .argument('<model>', 'for instance als')
    .argument('[version]', 'the newest by default')
    .option('--stage <name>', 'candidate, shadow, canary, production or retired', stage, training.ModelStage.PRODUCTION)
    .option('--version <number>', 'the same as the argument')
    .option(
      '--share <number>',
      'of a canary: the share of the users whom it serves, at most 0.5; 0.05 by default',
      finiteNumber,
      0,
    )
    .option('--evaluation <id>', 'the evaluation to go by; by default the newest beside the version in production', '')
    .description(
      'put a version into production, or on trial, when an evaluation allows it; what was in production retires',
    )
    .addHelpText(
      'after',
      '\nWhere no evaluation compares the version with the one in production, it is evaluated first on what happened since.' +
        '\n\nExamples:\n  scripts/attune models promote als 3 --reason "more iterations"\n' +
        '  scripts/attune models promote als 3 --override --reason "the old one shows what was deleted"\n' +
        '  scripts/attune models promote als 3 --stage canary --share 0.1',
    );
  withTerms(promoteCommand).action(
    run((context: CliContext, model: string, version: string | undefined, options: PromoteOptions) =>
      promote(context, { model, version: version ?? options.version ?? '' }, options),
    ),
  );
  models
    .command('rollback')
    .argument('<model>', 'for instance als')
    .option('--reason <text>', 'why, for the history', '')
    .description('put the version back that was in production before; again, the one before that')
    .action(
      run(async (context: CliContext, model: string, { reason }: { reason: string }) => {
        const request = training.RollbackModelRequest.fromPartial({ model, reason, requestId: randomUUID() });
        show(context, (await context.client('training').rollbackModel(request)).version);
      }),
    );
}

interface PromoteOptions extends TermOptions {
  readonly stage: training.ModelStage;
  readonly evaluation: string;
  readonly version?: string;
  readonly share: number;
}

async function promote(
  context: CliContext,
  which: { readonly model: string; readonly version: string },
  { reason, override, metric, margin, ...options }: PromoteOptions,
): Promise<void> {
  const client = context.client('training');
  const request = training.PromoteModelRequest.fromPartial({
    ...{ ...which, reason, override, metric, nonInferiorityMargin: margin },
    ...{ stage: options.stage, evaluationId: options.evaluation, canaryShare: options.share },
  });
  const ask = () => client.promoteModel({ ...request, requestId: randomUUID() });
  const { version } = await ask().catch(async (error: unknown) => {
    if (!isAppError(error, 'failed_precondition.no_evaluation') || options.evaluation !== '') throw error;
    context.output.note('No evaluation compares it with what is in production: evaluating it first.');
    await evaluateVersion(context, which);
    return ask();
  });
  show(context, version);
}

function show(context: CliContext, version: training.ModelVersion | undefined): void {
  context.output.result(version === undefined ? {} : training.ModelVersion.toJSON(version), () => [
    `${version?.ref?.name} v${version?.ref?.version} is ${version === undefined ? '-' : placeText(version)} now.`,
  ]);
}

function stage(text: string): training.ModelStage {
  const found = training.modelStageFromJSON(`MODEL_STAGE_${text.toUpperCase()}`);
  if (found > training.ModelStage.UNSPECIFIED) return found;
  throw new InvalidArgumentError('must be candidate, shadow, canary, production or retired');
}
