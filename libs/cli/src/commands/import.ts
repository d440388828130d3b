import { INTERACTION_TYPES } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type Command, Option } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { type ImportOptions, runImport } from '../import/run-import';
import { finiteNumber, moment } from '../parse';

const HELP = `
Columns of interactions: user, item, type, rating, weight, time, event, decision, surface, attr:NAME, - (ignored).
Columns of items:        item, title, text, tags, category, author, time, media, attr:NAME, tag:NAME (a 0/1 flag), -.
Without --columns the header row names them; userId, movieId, timestamp and the like are understood.
A weight is the value of its interaction: seconds of a view (or a count of plays), stars of a rating, anything for other types.
Times are seconds or milliseconds since 1970 or ISO 8601. Files may be gzipped. JSON lines name their columns themselves.

An import that was interrupted goes on where it stopped when the same command is given again. Importing a file twice changes
nothing: two rows that say the same (user, item, type, time, value) are one event. Rejected lines are in the file that the
summary names.

Types: ${INTERACTION_TYPES.map((type) => type.name).join(', ')}

Examples:
  scripts/attune import u.data --columns user,item,rating,time
  scripts/attune import ratings.csv --items movies.csv --item-columns item,title,tags
  scripts/attune import likes.tsv.gz --columns user,item,-,time --type like`;

/** `attune import`: brings files of interactions and items into the fleet. */
export const registerImport: RegisterCommand = (program, run) => {
  const command: Command = program
    .command('import')
    .argument('[file]', 'interactions: CSV, TSV or JSON lines, plain or gzipped')
    .description('bring in files of interactions and of items')
    .option('--columns <names>', 'what the columns hold, for instance user,item,rating,time')
    .option('--type <type>', 'the type of rows that do not say one: rating where there is a rating, else view')
    .option('--items <file>', 'a second file with titles, texts, tags and the like')
    .option('--item-columns <names>', 'what its columns hold, for instance item,title,text,tags')
    .addOption(new Option('--format <format>', 'how the file is written').choices(['csv', 'tsv', 'jsonl']))
    .option('--delimiter <text>', 'what separates cells; found out by default')
    .option('--header', 'the first row is a header; found out by default')
    .option('--no-header', 'the first row is data')
    .option('--time <time>', 'when rows without a time happened; now by default', moment)
    .option('--producer <name>', 'who sends, for the history; import:FILE by default')
    .option('--restart', 'begin again instead of where an interrupted import stopped')
    .option('--no-wait', 'do not wait until features and the seen filter know everything')
    .option('--batch <rows>', 'rows per call', finiteNumber, 5000)
    .addHelpText('after', HELP);
  command.action(
    run(async (context: CliContext, file: string | undefined, options: ImportOptions) => {
      if (file === undefined && options.items === undefined) {
        throw new AppError('invalid.arguments', 'name a file of interactions, or a file of items with --items');
      }
      await runImport(context, file, options);
    }),
  );
};
