import { featureStore } from '@attune/contracts';
import type { Command } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { wholeNumber } from '../parse';

const DEFAULT_COUNT = 100;
const PAGE_SIZE = 1_000;

/** `attune history`: the days of the history, where each is, and how one comes back. */
export const registerHistory: RegisterCommand = (program, run) => {
  const history = program
    .command('history')
    .option('--limit <n>', 'at most this many, newest first', wholeNumber(1), DEFAULT_COUNT)
    .description('the days of the history: how much each holds, and whether it is in the database; restore below it')
    .addHelpText(
      'after',
      `
Each line is one table on one day (UTC) on which something became known. A day that is over is exported to the object store; an
old one leaves the database, and is loaded back when a training set or a rebuild of the features needs it.

Examples:
  scripts/attune history
  scripts/attune history restore --day 2026-08-01 --to 2026-08-07`,
    )
    .action(run(list));
  addRestore(history, run);
};

async function list(context: CliContext, { limit }: { limit: number }): Promise<void> {
  const days: featureStore.HistoryDay[] = [];
  for (let pageToken = ''; ; ) {
    const pageSize = Math.min(limit - days.length, PAGE_SIZE);
    const page = await context.client('feature-store').listHistoryDays({ pageSize, pageToken });
    days.push(...page.days);
    pageToken = page.nextPageToken;
    if (pageToken === '' || days.length >= limit) break;
  }
  const json = days.map((day) => featureStore.HistoryDay.toJSON(day));
  context.output.result({ days: json }, () => (days.length === 0 ? ['The history is empty.'] : rows(days)));
}

function rows(days: readonly featureStore.HistoryDay[]): string[] {
  return table(
    ['day', 'table', 'rows', 'exported at', 'in the database'],
    days.map((day) => [day.day, day.table, day.rowCount, day.exportedAt?.toISOString() ?? '-', placeOf(day)]),
  );
}

function placeOf({ inDatabase, leftAt, restoredAt }: featureStore.HistoryDay): string {
  if (!inDatabase) return `no, since ${leftAt?.toISOString()}`;
  return restoredAt === undefined ? 'yes' : `yes, loaded back ${restoredAt.toISOString()}`;
}

function addRestore(history: Command, run: RunAction): void {
  history
    .command('restore')
    .requiredOption('--day <day>', 'the day, or the first of several, for instance 2026-08-01')
    .option('--to <day>', 'the last of several', '')
    .description('load days that left the database back into it; they leave again about a day later')
    .addHelpText('after', '\nExample:\n  scripts/attune history restore --day 2026-08-01 --to 2026-08-07')
    .action(run(restore));
}

async function restore(context: CliContext, { day, to }: { day: string; to: string }): Promise<void> {
  const restored: featureStore.RestoreHistoryDaysResponse[] = [];
  for await (const part of context.client('feature-store').restoreHistoryDays({ fromDay: day, toDay: to })) {
    restored.push(part);
    context.output.progress(`${part.day} ${part.table}: ${part.rowCount} rows`);
  }
  context.output.progressEnd();
  const json = restored.map((part) => featureStore.RestoreHistoryDaysResponse.toJSON(part));
  const nothing = ['Nothing was loaded: these days are in the database already, or not in the archive.'];
  context.output.result({ restored: json }, () => (restored.length === 0 ? nothing : restored.map(toldPart)));
}

function toldPart({ day, table: name, rowCount, leftOutCount }: featureStore.RestoreHistoryDaysResponse): string {
  const leftOut = leftOutCount === 0 ? '' : `; ${leftOutCount} of users who are not known any more stayed away`;
  return `${day} ${name}: ${rowCount} rows are in the database again${leftOut}.`;
}
