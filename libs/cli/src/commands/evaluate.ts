import { Command } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { untilInterrupted } from '../evaluate/interrupt';
import { addDataOptions, addMeasureOptions } from '../evaluate/options';
import type { EvaluateOptions } from '../evaluate/run-evaluate';
import { wholeNumber, words } from '../parse';

/** `attune evaluate`: trains models on files and measures them; no fleet is needed. */
export const registerEvaluate: RegisterCommand = (program, run) => {
  const command = new Command('evaluate').description(
    'train models on files of interactions and measure them as the field does; needs no running fleet',
  );
  addMeasureOptions(addDataOptions(command))
    .option('--models <names>', 'which models: their names, all that suit, or auto (a search for the best)', words)
    .option('--seeds <n,...>', 'measure with several seeds; tells mean and spread', seedList)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune evaluate --train u1.base --test u1.test --protocol ratings --models all
  scripts/attune evaluate --train train.tsv --test test.tsv --negatives negatives.tsv --protocol leave-one-out --k 10 --json
  scripts/attune evaluate --data plays.tsv --split random:0.8,0.1,0.1 --follows friends.tsv --k 10,20 --seeds 1,2,3,4,5`,
    )
    .action(run((context: CliContext, options: EvaluateOptions) => evaluate(context, options)));
  program.addCommand(command);
};

async function evaluate(context: CliContext, options: EvaluateOptions): Promise<void> {
  // the models, their engines and kernels are loaded by this command alone
  const { runEvaluate } = require('../evaluate/run-evaluate') as typeof import('../evaluate/run-evaluate');
  const wanted = { ...options, models: options.models ?? ['all'] };
  await untilInterrupted((signal) => runEvaluate(context, wanted, signal));
}

function seedList(text: string): readonly number[] {
  return [...new Set(text.split(',').map(wholeNumber(0)))];
}
