import { randomUUID } from 'node:crypto';
import { training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { cycleLines } from '../learning/cycle-lines';
import { decisionLines } from '../learning/decision-lines';

interface RetrainOptions {
  readonly model?: string;
  readonly explain?: boolean;
  readonly cycles?: boolean;
  readonly force?: boolean;
  readonly reason?: string;
}

/** `attune retrain`: whether models are trained again, and why or why not; what was learned by itself; or a training now. */
export const registerRetrain: RegisterCommand = (program, run) => {
  program
    .command('retrain')
    .description('decide now whether models are trained again; the fleet does so by itself every few hours')
    .option('--model <model>', 'only this one, for instance als')
    .option('--explain', 'say whether each model would be trained again, and why or why not; changes nothing')
    .option('--cycles', 'what the fleet learned by itself, newest first; of one model with every check')
    .option('--force', 'train whatever the decision says; needs --model and --reason')
    .option('--reason <reason>', 'why, for the history')
    .action(
      run(async (context: CliContext, options: RetrainOptions) => {
        checkOptions(options);
        if (options.cycles) await showCycles(context, options);
        else if (options.explain) await explain(context, options);
        else await retrain(context, options);
      }),
    );
};

function checkOptions({ model, explain, cycles, force, reason }: RetrainOptions): void {
  const violations = [
    ...([explain, cycles, force].filter(Boolean).length > 1
      ? [{ field: 'options', description: 'choose one of --explain, --cycles and --force' }]
      : []),
    ...(force && model === undefined ? [{ field: '--model', description: '--force needs the model' }] : []),
    ...(force && !reason?.trim() ? [{ field: '--reason', description: '--force needs a reason for the history' }] : []),
  ];
  if (violations.length === 0) return;
  throw new AppError('invalid.options', violations.map((one) => `${one.field}: ${one.description}`).join('; '), {
    violations,
  });
}

async function explain(context: CliContext, { model = '' }: RetrainOptions): Promise<void> {
  const found = await context.client('training').explainRetraining({ model });
  context.output.result(training.ExplainRetrainingResponse.toJSON(found), () =>
    decisionLines(found.decisions, found.nextRoundAt),
  );
}

async function showCycles(context: CliContext, { model = '' }: RetrainOptions): Promise<void> {
  const request = training.ListLearningCyclesRequest.fromPartial({ model, pageSize: model === '' ? 50 : 5 });
  const found = await context.client('training').listLearningCycles(request);
  context.output.result(training.ListLearningCyclesResponse.toJSON(found), () =>
    cycleLines(found.cycles, { inFull: model !== '' }),
  );
}

async function retrain(context: CliContext, { model = '', force = false, reason = '' }: RetrainOptions): Promise<void> {
  const found = await context.client('training').retrain({ model, force, reason, requestId: randomUUID() });
  context.output.result(training.RetrainResponse.toJSON(found), () => decisionLines(found.decisions));
}
