import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import type * as RunFileDrift from '../drift/run-file-drift';
import { runModelDrift } from '../drift/run-model-drift';
import { untilInterrupted } from '../evaluate/interrupt';
import { finiteNumber } from '../parse';

interface Options {
  readonly reference?: string;
  readonly current?: string;
  readonly model?: string;
  readonly window: number;
  readonly failOnDrift: boolean;
}

/** `attune drift`: how far data have moved, between two files or for a model of the fleet. */
export const registerDrift: RegisterCommand = (program, run) => {
  program
    .command('drift')
    .description('how far data have moved: between two files, or what a model is fed')
    .option('--reference <csv>', 'what is normal: a file with a header; tabs and gzip are read too')
    .option('--current <csv>', 'what is compared with it; these two need no running fleet')
    .option('--model <name>', 'instead of files: a model of the fleet')
    .option('--window <hours>', 'of the model, how far back', finiteNumber, 0)
    .option('--fail-on-drift', 'exit with 1 where something has drifted', false)
    .addHelpText(
      'after',
      `
Every column that both files have is compared: numbers by PSI, Kolmogorov-Smirnov and Wasserstein, texts by PSI and
chi-square, all by their missing values. A difference counts where it is both certain and large enough to matter.

Examples:
  scripts/attune drift --reference last-week.csv --current today.csv
  scripts/attune drift --reference last-week.csv --current today.csv --json --fail-on-drift
  scripts/attune drift --model ranker --window 3`,
    )
    .action(run((context: CliContext, options: Options) => drift(context, options)));
};

async function drift(context: CliContext, options: Options): Promise<void> {
  const hasDrifted = await compare(context, options);
  if (hasDrifted && options.failOnDrift) context.failed = true;
}

async function compare(context: CliContext, { reference, current, model, window }: Options): Promise<boolean> {
  if (model !== undefined && reference === undefined && current === undefined) {
    if (window < 0) throw new AppError('invalid.argument', '--window must be a number of hours from 0');
    return runModelDrift(context, { model, windowHours: window });
  }
  if (model !== undefined || reference === undefined || current === undefined) {
    throw new AppError('invalid.argument', 'name two files, --reference A.csv --current B.csv, or a model, --model M');
  }
  // the statistics are loaded by this command alone
  const { runFileDrift } = require('../drift/run-file-drift') as typeof RunFileDrift;
  return untilInterrupted((signal) => runFileDrift(context, { reference, current }, signal));
}
