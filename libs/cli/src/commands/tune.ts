import { Command } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { untilInterrupted } from '../evaluate/interrupt';
import { addDataOptions, addMeasureOptions } from '../evaluate/options';
import type { TuneOptions } from '../evaluate/run-tune';

/** `attune tune`: searches good settings of one model; no fleet is needed. */
export const registerTune: RegisterCommand = (program, run) => {
  const command = new Command('tune')
    .description('search good settings of one model, judged on a part of its training data; needs no running fleet')
    .argument('<model>', 'the model, for instance als');
  addMeasureOptions(addDataOptions(command))
    .addHelpText(
      'after',
      `
A test file, where one is named, is looked at for its size and its times alone.

Examples:
  scripts/attune tune als --train train.tsv --protocol leave-one-out --k 10 --budget 120
  scripts/attune tune mf --train u1.base --protocol ratings --set mf.rank=32 --json`,
    )
    .action(run((context: CliContext, model: string, options: TuneOptions) => tune(context, model, options)));
  program.addCommand(command);
};

async function tune(context: CliContext, model: string, options: TuneOptions): Promise<void> {
  // the models, their engines and kernels are loaded by this command alone
  const { runTune } = require('../evaluate/run-tune') as typeof import('../evaluate/run-tune');
  await untilInterrupted((signal) => runTune(context, { ...options, model }, signal));
}
