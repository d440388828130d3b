import { Command, InvalidArgumentError, Option } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { untilInterrupted } from '../evaluate/interrupt';
import type { AnalyzeQuestion } from '../experiment/analysis';
import type * as RunAnalyze from '../experiment/run-analyze';
import { finiteNumber, namedNumber, wholeNumber } from '../parse';
import { addExperimentChanges } from './experiment-changes';
import { addExperimentResults } from './experiment-results';

/** `attune experiment`: what is compared with what, and what came of it. */
export const registerExperiment: RegisterCommand = (program, run) => {
  const command = new Command('experiment').description('compare variants with each other');
  addExperimentChanges(command, run);
  addExperimentResults(command, run);
  addAnalyze(command, run);
  program.addCommand(command);
};

function addAnalyze(group: Command, run: RunAction): void {
  group
    .command('analyze')
    .description('judge an experiment from a file of units; needs no running fleet')
    .requiredOption('--file <csv>', 'columns variant, unit, value and, if there is one, covariate; gzip is read too')
    .option('--control <name>', 'the variant that others are compared with (default: "control", else the first)')
    .addOption(
      new Option('--metric <kind>', 'auto takes values that are all 0 or 1 for a proportion')
        .choices(['auto', 'mean', 'proportion'])
        .default('auto'),
    )
    .addOption(
      new Option('--per-unit <way>', 'what several rows of a unit come to; ratio is all values over all rows')
        .choices(['mean', 'sum', 'ratio'])
        .default('mean'),
    )
    .option('--shares <name=share,...>', 'the shares that the variants should have (default: equal)', sharesText)
    .option('--confidence <share>', 'of all intervals', confidence, 0.95)
    .option('--tuned-for <units>', 'units at which the interval for every look is tightest', wholeNumber(1))
    .option('--lower-is-better', 'for metrics such as waiting times', false)
    .addHelpText(
      'after',
      `
Every row is a value of a unit (a user, say). Results are withheld while the units per variant are not as their shares.

Examples:
  scripts/attune experiment analyze --file clicks.csv
  scripts/attune experiment analyze --file revenue.csv --control old --shares old=0.9,new=0.1 --json
  scripts/attune experiment analyze --file sessions.csv --per-unit ratio`,
    )
    .action(run((context: CliContext, question: AnalyzeQuestion) => analyze(context, question)));
}

async function analyze(context: CliContext, question: AnalyzeQuestion): Promise<void> {
  // the statistics are loaded by this command alone
  const { runAnalyze } = require('../experiment/run-analyze') as typeof RunAnalyze;
  await untilInterrupted((signal) => runAnalyze(context, question, signal));
}

/** `a=0.5,b=0.5` */
function sharesText(text: string): Readonly<Record<string, number>> {
  return text.split(',').reduce<Readonly<Record<string, number>>>((shares, part) => namedNumber(part, shares), {});
}

function confidence(text: string): number {
  const share = finiteNumber(text);
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('must be between 0 and 1, for instance 0.95');
  return share;
}
