import { DEFAULT_SAMPLE } from '@attune/simulator';
import { InvalidArgumentError } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { finiteNumber, wholeNumber } from '../parse';
import { runSimulation, type SimulateOptions } from '../simulate/run-simulation';
import { trafficDocument } from '../simulate/traffic-document';
import { trafficLines } from '../simulate/traffic-lines';

const HELP = `
People of the built-in sample open the feed by the hour of the day, look at the slate that the fleet gives them, and click, like or hide by
their taste; all of that is recorded with the decision. The simulated hours decide only how many come when: events carry the time of the
clock, so windows and decay go by real time.

Examples:
  scripts/attune simulate --hours 24 --users 200
  scripts/attune simulate --hours 72 --users 400 --policy home-strategies --experiment rules-or-bandit --until-stopped
  scripts/attune simulate --hours 2 --users 100 --speed 60
  scripts/attune simulate --hours 48 --users 200 --shift-at-hour 24`;

/** `attune simulate`: drives the fleet with simulated people, and shows what it learns. */
export const registerSimulate: RegisterCommand = (program, run) => {
  program
    .command('simulate')
    .description('drive the fleet with simulated people, and watch it learn')
    .requiredOption('--hours <hours>', 'how many hours of traffic', positive)
    .requiredOption('--users <count>', 'how many people of the sample take part', wholeNumber(1))
    .option('--rate <sessions>', 'how often each opens the feed a day', positive, 8)
    .option('--speed <factor>', 'simulated hours per hour, or max: as fast as the fleet answers', speed, speed('max'))
    .option('--seed <number>', 'who comes when, and the chance in what they do', finiteNumber, 1)
    .option('--surface <name>', 'which surface they open', 'home')
    .option('--k <count>', 'items per slate', wholeNumber(1), 10)
    .option('--concurrency <count>', 'sessions under way at once', wholeNumber(1), 8)
    .option('--policy <name>', 'show the shares of this policy')
    .option('--experiment <id>', 'show this experiment; by default the one that they turn out to be in')
    .option('--until-stopped', 'end as soon as the experiment has stopped')
    .option('--shift-at-hour <hour>', 'from this hour on a share of the people like other things', positive)
    .option('--shift-share <share>', 'which share of the people, above 0 and up to 1', share, 0.6)
    .option('--sample-users <count>', 'how many people the loaded sample has', wholeNumber(1), DEFAULT_SAMPLE.users)
    .option('--sample-items <count>', 'how many posts it has', wholeNumber(1), DEFAULT_SAMPLE.items)
    .option('--sample-days <days>', 'how many days it has', wholeNumber(1), DEFAULT_SAMPLE.days)
    .option('--sample-seed <number>', 'its seed', finiteNumber, DEFAULT_SAMPLE.seed)
    .addHelpText('after', HELP)
    .action(run((context: CliContext, options: SimulateOptions) => simulate(context, options)));
};

async function simulate(context: CliContext, options: SimulateOptions): Promise<void> {
  const interrupted = new AbortController();
  const onSignal = () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort());
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const report = await runSimulation(context, options, interrupted.signal);
    context.output.result(trafficDocument(report), () => [
      ...trafficLines(report),
      ...(report.isInterrupted ? ['', 'Interrupted: what was played until then is recorded.'] : []),
    ]);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function positive(text: string): number {
  const value = finiteNumber(text);
  if (value <= 0) throw new InvalidArgumentError('must be above 0');
  return value;
}

function share(text: string): number {
  const value = positive(text);
  if (value > 1) throw new InvalidArgumentError('must be at most 1');
  return value;
}

function speed(text: string): number {
  return text === 'max' ? Number.POSITIVE_INFINITY : positive(text);
}
