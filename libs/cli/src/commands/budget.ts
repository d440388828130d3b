import { monitoring } from '@attune/contracts';
import { Command, Option } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { numberWord } from '../monitoring/health-lines';
import { table } from '../output';
import { finiteNumber } from '../parse';

const RESOURCES = ['requests', 'compute_seconds', 'storage_bytes'];

interface SetOptions {
  readonly subject: string;
  readonly resource: string;
  readonly limit: number;
  readonly warnShare: number;
  readonly actor: string;
}

/** `attune budget`: what services and models may spend, and what they spend. */
export const registerBudget: RegisterCommand = (program, run) => {
  const command = new Command('budget').description('what services and models may spend in a day, and what they spend');
  command
    .command('list')
    .description('budgets with what is spent of them, and what is spent where none is set')
    .option('--subject <subject>', 'only of service:<name> or model:<name>', '')
    .action(run((context: CliContext, { subject }: { readonly subject: string }) => list(context, subject)));
  command
    .command('set')
    .description('sets a budget; a limit of 0 takes it away')
    .requiredOption('--subject <subject>', 'service:<name> or model:<name>')
    .addOption(new Option('--resource <resource>', 'what is spent').choices(RESOURCES).makeOptionMandatory())
    .requiredOption('--limit <amount>', 'per day (UTC); of storage at any time', finiteNumber)
    .option('--warn-share <share>', 'from which share of it on it is told', finiteNumber, 0.8)
    .option('--actor <name>', 'who sets it', 'cli')
    .action(run((context: CliContext, options: SetOptions) => set(context, options)));
  program.addCommand(command);
};

async function list(context: CliContext, subject: string): Promise<void> {
  const answer = await context.client('monitoring').listBudgets({ subject });
  context.output.result(answer, () => budgetLines(answer.budgets));
}

async function set(context: CliContext, { actor, ...options }: SetOptions): Promise<void> {
  const budget = monitoring.Budget.fromPartial(options);
  const answer = await context.client('monitoring').setBudget({ budget, actor });
  context.output.result(answer, () => budgetLines(answer.budget === undefined ? [] : [answer.budget]));
}

function budgetLines(budgets: readonly monitoring.Budget[]): readonly string[] {
  const rows = budgets.map(({ subject, resource, limit, spent, projected }) => [
    ...[subject, resource, limit === 0 ? 'none' : numberWord(limit), numberWord(spent), numberWord(projected)],
    limit === 0 ? '' : `${Math.round((spent / limit) * 100)} %`,
  ]);
  return table(['subject', 'resource', 'limit', 'spent', 'by midnight', 'of limit'], rows);
}
