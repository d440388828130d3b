import { serving } from '@attune/contracts';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { chance, numberWords } from '../explanation/feature-words';
import { itemTitles } from '../item-titles';
import { table } from '../output';
import { namedNumber, words } from '../parse';
import { percentText } from '../percent-text';

interface Options {
  readonly user: string;
  readonly item: readonly string[];
  readonly model?: string;
  readonly version?: string;
  readonly feature?: Readonly<Record<string, number>>;
}

/** `attune predict`: what a model predicts for a user and items. */
export const registerPredict: RegisterCommand = (program, run) => {
  program
    .command('predict')
    .description('what a model predicts for a user and items: how likely each is clicked and liked, or its score')
    .requiredOption('--user <id>', 'for whom')
    .requiredOption('--item <ids>', 'which items, separated by commas', words)
    .option('--model <name>', 'by which model (default "engagement")')
    .option('--version <number>', 'at which version: one that is loaded (default: the one in production)')
    .option(
      '--feature <name=value>',
      'a feature as you want it, instead of what is known; may be repeated',
      namedNumber,
    )
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune predict --user u000001 --item i000042,i000043
  scripts/attune predict --user u000001 --item i000042 --feature user_item_social_proof=3
  scripts/attune predict --user u000001 --item i000042 --model als`,
    )
    .action(run((context: CliContext, options: Options) => predict(context, options)));
};

async function predict(context: CliContext, options: Options): Promise<void> {
  const features = { ...options.feature };
  const response = await context.client('serving').predict({
    model: options.model ?? '',
    version: options.version ?? '',
    pairs: options.item.map((itemId) => ({ userId: options.user, itemId, features })),
  });
  const items = options.item.map((itemId) => ({ itemId }));
  const titles = context.output.isJson ? new Map() : await itemTitles(context, items);
  context.output.result(serving.PredictResponse.toJSON(response), () => [
    `For ${options.user}, by ${response.model?.name} version ${response.model?.version}`,
    '',
    ...table(...predictionTable(options.item, response, titles)),
    '',
    'Known: how much the model had to go by.',
    `Prediction ${response.predictionId}`,
  ]);
  context.failed = response.predictions.every(({ problem }) => problem !== undefined);
}

function predictionTable(
  itemIds: readonly string[],
  { predictions }: serving.PredictResponse,
  titles: ReadonlyMap<string, string>,
): [string[], string[][]] {
  const labels = [...new Set(predictions.flatMap(({ probabilities }) => Object.keys(probabilities)))];
  const hasProblem = predictions.some(({ problem }) => problem !== undefined);
  const values = labels.length > 0 ? labels : ['score'];
  const rows = predictions.map(({ value, confidence, probabilities, problem }, at) => [
    itemIds[at]!,
    titles.get(itemIds[at]!) ?? '',
    ...values.map((label) => {
      if (problem !== undefined) return '';
      return labels.length > 0 ? chance(probabilities[label] ?? 0) : numberWords(value);
    }),
    problem === undefined ? percentText(confidence, 0) : '',
    ...(hasProblem ? [problem?.message ?? ''] : []),
  ]);
  const header = ['item', 'title', ...values, 'known', ...(hasProblem ? ['problem'] : [])];
  const first = header.indexOf(values[0]!);
  return alignedRight(header, rows, { from: first, to: first + values.length + 1 });
}

/** Columns of numbers that carry their unit: their ends stand under each other. */
function alignedRight(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { from, to }: { readonly from: number; readonly to: number },
): [string[], string[][]] {
  const widths = header.map((_, at) => Math.max(...[header, ...rows].map((row) => row[at]!.length)));
  const [first, ...others] = [header, ...rows].map((row) =>
    row.map((cell, at) => (at >= from && at < to ? cell.padStart(widths[at]!) : cell)),
  );
  return [first!, others];
}
