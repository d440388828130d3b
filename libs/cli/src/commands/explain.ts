import { serving } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { explainItem } from '../explanation/explain-item';
import { explanationLines } from '../explanation/explanation-lines';
import { itemTitles } from '../item-titles';

interface Options {
  readonly item?: string;
  readonly user?: string;
  readonly surface?: string;
  readonly label?: string;
}

/** `attune explain`: why an item was shown, or why not. */
export const registerExplain: RegisterCommand = (program, run) => {
  program
    .command('explain')
    .argument('[decision]', 'the decision id that recommend printed; without it give --user and --item')
    .description('why an item is in a slate or is not, in words, and what each feature added')
    .option('--item <id>', 'which item, in the slate or not; the first of the slate where it is left out')
    .option('--user <id>', 'without a decision: for whom, as of now; nobody is shown anything')
    .option('--surface <name>', 'without a decision: where (default "home")')
    .option('--label <name>', 'which kind of engagement is explained (default "click")')
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune explain 0199f3a2-...                        the first item of that slate
  scripts/attune explain 0199f3a2-... --item i000042         that item, shown or not
  scripts/attune explain --user u000001 --item i000042       as of now`,
    )
    .action(
      run((context: CliContext, decision: string | undefined, options: Options) => explain(context, decision, options)),
    );
};

async function explain(context: CliContext, decisionId: string | undefined, options: Options): Promise<void> {
  if (decisionId === undefined && (options.user === undefined || options.item === undefined)) {
    throw new AppError('invalid.request', 'name a decision, or a user and an item: attune explain --user U --item I');
  }
  const { item: itemId, user: userId, surface, label } = options;
  const explanation = await explainItem(context, {
    ...(decisionId !== undefined && { decisionId }),
    ...(userId !== undefined && { userId }),
    ...(itemId !== undefined && { itemId }),
    ...(surface !== undefined && { surface }),
    ...(label !== undefined && { label }),
  });
  const titles = context.output.isJson ? new Map() : await itemTitles(context, [explanation]);
  context.output.result(serving.ExplainDecisionResponse.toJSON(explanation), () =>
    explanationLines(explanation, titles.get(explanation.itemId) ?? ''),
  );
}
