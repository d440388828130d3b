import { serving } from '@attune/contracts';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { itemTitles } from '../item-titles';
import { table } from '../output';
import { wholeNumber } from '../parse';

/** `attune similar`: items like an item. */
export const registerSimilar: RegisterCommand = (program, run) => {
  program
    .command('similar')
    .description('items that the same people like')
    .requiredOption('--item <id>', 'the item to start from')
    .option('--k <count>', 'how many items', wholeNumber(1), 10)
    .addHelpText('after', '\nExample:\n  scripts/attune similar --item p000001 --k 5')
    .action(run((context: CliContext, options: { item: string; k: number }) => similar(context, options)));
};

async function similar(context: CliContext, { item, k }: { item: string; k: number }): Promise<void> {
  const request = serving.SimilarItemsRequest.fromPartial({ itemId: item, count: k });
  const response = await context.client('serving').similarItems(request);
  const titles = context.output.isJson ? new Map() : await itemTitles(context, [{ itemId: item }, ...response.items]);
  context.output.result(serving.SimilarItemsResponse.toJSON(response), () => [
    `Like ${item}${titles.has(item) ? ` (${titles.get(item)})` : ''}, by ${response.model?.name} version ${response.model?.version}`,
    '',
    ...table(
      ['#', 'item', 'title', 'similarity'],
      response.items.map((found, index) => [
        index + 1,
        found.itemId,
        titles.get(found.itemId) ?? '',
        found.similarity.toFixed(4),
      ]),
    ),
  ]);
}
