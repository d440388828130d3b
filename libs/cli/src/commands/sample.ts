import { DEFAULT_SAMPLE } from '@attune/simulator';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { waitUntilApplied } from '../import/wait-until-applied';
import { finiteNumber, moment, wholeNumber } from '../parse';
import { loadSample } from '../sample/load-sample';
import { sampleStart } from '../sample/sample-start';

interface Options {
  readonly users: number;
  readonly items: number;
  readonly days: number;
  readonly interactionsPerUser: number;
  readonly seed: number;
  readonly start?: Date;
}

/** `attune sample`: loads a simulated social feed of any size. */
export const registerSample: RegisterCommand = (program, run) => {
  program
    .command('sample')
    .description('load a simulated social feed: people with tastes, posts, follows and what people did')
    .option('--users <count>', 'how many people', wholeNumber(1), DEFAULT_SAMPLE.users)
    .option('--items <count>', 'how many posts', wholeNumber(1), DEFAULT_SAMPLE.items)
    .option('--days <days>', 'over how many days', wholeNumber(1), DEFAULT_SAMPLE.days)
    .option('--interactions-per-user <count>', 'on average', wholeNumber(1), DEFAULT_SAMPLE.interactionsPerUser)
    .option('--seed <number>', 'the same seed, size and start give the same feed', finiteNumber, DEFAULT_SAMPLE.seed)
    .option('--start <time>', 'its first moment; so that it ends today by default', moment)
    .addHelpText('after', '\nExample:\n  scripts/attune sample --users 20000 --items 50000 --seed 7')
    .action(run(sample));
};

async function sample(context: CliContext, { start, ...options }: Options): Promise<void> {
  const { output } = context;
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const report = await loadSample(context, {
    ...options,
    startTime: start ?? sampleStart(new Date(), options.days),
    signal: interrupted.signal,
    onProgress: (message) => output.progress(message),
  });
  const appliedSeconds = await waitUntilApplied(context, interrupted.signal);
  output.progressEnd();
  output.result({ ...report, appliedSeconds }, () => [
    `${report.users} users, ${report.items} posts, ${report.follows} follows and ${report.interactions} interactions in ` +
      `${report.seconds.toFixed(1)} s; everything applied ${appliedSeconds.toFixed(1)} s later.`,
  ]);
}
