import { AppError } from '@attune/errors';
import { Command } from 'commander';
import type { EvaluateLogQuestion } from '../bandit/evaluate-log';
import { type EvaluatePolicyOptions, evaluatePolicy } from '../bandit/evaluate-policy';
import type * as RunEvaluateLog from '../bandit/run-evaluate-log';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { untilInterrupted } from '../evaluate/interrupt';
import { moment, wholeNumber, words } from '../parse';
import { addChoices } from './bandit-choices';
import { addPolicies } from './bandit-policies';

/** `attune bandit`: policies that choose under uncertainty, and what others would have earned. */
export const registerBandit: RegisterCommand = (program, run) => {
  const command = new Command('bandit').description('choose under uncertainty, and judge what was chosen');
  addPolicies(command, run);
  addChoices(command, run);
  addEvaluate(command, run);
  program.addCommand(command);
};

function addEvaluate(group: Command, run: RunAction): void {
  group
    .command('evaluate')
    .argument('[policy]', 'of the fleet: its choices are the log')
    .description('estimate from a log what another policy would have earned; with --log it needs no running fleet')
    .option(
      '--log <csv>',
      'a file instead of a policy: columns item_id, click, propensity_score and, if there is one, position; gzip is read too',
    )
    .option(
      '--target <name or csv>',
      'the policy to estimate, or with --log a file of item_id, probability and, if it differs, position (default: uniform)',
    )
    .option('--estimators <names>', 'ips, snips, direct, doubly_robust, switch (default: all)', words)
    .option('--from <time>', 'without --log: choices from then on', moment)
    .option('--to <time>', 'without --log: choices before then', moment)
    .option('--reward <column>', 'with --log: what a choice earned (default: click)')
    .option('--actions <n>', 'with --log: how many items there are, if it does not show all', wholeNumber(1))
    .addHelpText(
      'after',
      `
Columns are those of the Open Bandit Dataset; others are left alone. A row is one item in one position, and its propensity the
probability with which it was put there. An estimator refuses, with the reason, where the log cannot answer.

Examples:
  scripts/attune bandit evaluate strategies
  scripts/attune bandit evaluate --log bts/men.csv.gz
  scripts/attune bandit evaluate --log random/men.csv.gz --target probabilities.csv --estimators snips,doubly_robust --json`,
    )
    .action(run(evaluate));
}

type EvaluateOptions = EvaluatePolicyOptions & Partial<EvaluateLogQuestion>;

async function evaluate(context: CliContext, policy: string | undefined, options: EvaluateOptions): Promise<void> {
  const { log } = options;
  if ((policy === undefined) === (log === undefined)) {
    throw new AppError('invalid.options', 'give either a policy of the fleet or --log with a file');
  }
  requireOf(log === undefined ? FOR_FILES : FOR_POLICIES, options);
  if (log === undefined) return evaluatePolicy(context, policy!, options);
  // the statistics are loaded by this command alone
  const { runEvaluateLog } = require('../bandit/run-evaluate-log') as typeof RunEvaluateLog;
  const question: EvaluateLogQuestion = { ...options, log, reward: options.reward ?? 'click' };
  await untilInterrupted((signal) => runEvaluateLog(context, question, signal));
}

const FOR_FILES = { names: ['reward', 'actions'], place: 'with --log' } as const;
const FOR_POLICIES = { names: ['from', 'to'], place: 'without --log' } as const;

/** An option that would do nothing is a mistake. `names`: those that have no place here. */
function requireOf({ names, place }: typeof FOR_FILES | typeof FOR_POLICIES, options: EvaluateOptions): void {
  const lost = names.filter((name) => options[name] !== undefined);
  if (lost.length === 0) return;
  throw new AppError('invalid.options', `${lost.map((name) => `--${name}`).join(', ')} can be given only ${place}`);
}
