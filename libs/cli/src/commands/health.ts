import { monitoring } from '@attune/contracts';
import { InvalidArgumentError } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { fleetLines, modelLines, stateWord } from '../monitoring/health-lines';

interface HealthOptions {
  readonly model?: string;
  readonly version?: string;
  readonly window: number;
}

/** `attune health`: how the fleet is, or one model. */
export const registerHealth: RegisterCommand = (program, run) => {
  program
    .command('health')
    .description('how the fleet is, worst first, or how one model is beside what is normal for it')
    .option('--model <name>', 'the model; without it the whole fleet')
    .option('--version <version>', 'of the model; by default the one in production')
    .option('--window <hours>', 'how far back to look at the model', windowHours, 24)
    .addHelpText(
      'after',
      `
Exits with 1 where something is not healthy. What is normal comes from the hours of the past week.

Examples:
  scripts/attune health
  scripts/attune health --model als --window 1
  scripts/attune health --json`,
    )
    .action(run((context: CliContext, options: HealthOptions) => health(context, options)));
};

function windowHours(text: string): number {
  const hours = Number(text);
  if (text.trim() === '' || !(hours > 0)) throw new InvalidArgumentError('must be a number of hours above 0');
  return hours;
}

async function health(context: CliContext, { model, version = '', window }: HealthOptions): Promise<void> {
  const client = context.client('monitoring');
  const answer =
    model === undefined
      ? await client.getFleetHealth({})
      : await client.getModelHealth({ model, version, windowHours: window });
  if (answer.state === monitoring.HealthState.UNHEALTHY) context.failed = true;
  if ('subjects' in answer) {
    const subjects = answer.subjects.map((one) => ({ ...one, state: stateWord(one.state) }));
    context.output.result({ ...answer, state: stateWord(answer.state), subjects }, () => fleetLines(answer));
    return;
  }
  const measures = answer.measures.map(({ value, problem, ...one }) => ({
    ...one,
    value: problem ? undefined : value,
    problem,
  }));
  context.output.result({ ...answer, state: stateWord(answer.state), measures }, () => modelLines(answer));
}
