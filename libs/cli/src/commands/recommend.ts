import { randomBytes } from 'node:crypto';
import { events, serving } from '@attune/contracts';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { explainedSlateLines, explainSlate } from '../explanation/explained-slate';
import { itemTitles } from '../item-titles';
import { table } from '../output';
import { wholeNumber, words } from '../parse';
import { variantWords } from '../variant-words';

const PERSONALIZATION: Readonly<Record<number, string>> = {
  [events.Personalization.PERSONAL]: 'personal to this user',
  [events.Personalization.UNKNOWN_USER]: 'not personal: no model knows this user yet, so this is what is trending',
  [events.Personalization.NO_CONSENT]: 'not personal: the user did not agree to personalization',
  [events.Personalization.DEGRADED]: 'not personal: something that personal slates need is out of order',
};

interface Options {
  readonly user: string;
  readonly k: number;
  readonly surface: string;
  readonly exclude: readonly string[];
  readonly includeSeen?: boolean;
  readonly explain?: boolean;
  readonly trace?: boolean;
}

/** `attune recommend`: asks for a slate. */
export const registerRecommend: RegisterCommand = (program, run) => {
  program
    .command('recommend')
    .description('ask for a slate: items for a user, best first')
    .requiredOption('--user <id>', 'for whom; an unknown user gets what is trending')
    .option('--k <count>', 'how many items', wholeNumber(1), 10)
    .option('--surface <name>', 'where the slate is shown', 'home')
    .option('--exclude <ids>', 'items that must not be in it, separated by commas', words, [])
    .option('--include-seen', 'also items that the user has seen')
    .option('--explain', 'why each item is there, and which features mattered most')
    .option('--trace', 'record where its time goes, for attune trace')
    .addHelpText('after', '\nExample:\n  scripts/attune recommend --user u000001 --k 10 --json')
    .action(run((context: CliContext, options: Options) => recommend(context, options)));
};

async function recommend(context: CliContext, options: Options): Promise<void> {
  const traceId = options.trace === true ? randomBytes(16).toString('hex') : undefined;
  const response = await context.client('serving').recommend(
    serving.RecommendRequest.fromPartial({
      userId: options.user,
      count: options.k,
      surface: options.surface,
      excludeItemIds: [...options.exclude],
      includeSeen: options.includeSeen ?? false,
    }),
    traceId === undefined ? {} : { traceParent: recordedTrace(traceId) },
  );
  const explanations = options.explain === true ? await explainSlate(context, response) : undefined;
  const titles = context.output.isJson ? new Map() : await itemTitles(context, response.items);
  const document = {
    ...(serving.RecommendResponse.toJSON(response) as object),
    ...(traceId !== undefined && { traceId }),
    ...(explanations && { explanations: explanations.map((one) => serving.ExplainDecisionResponse.toJSON(one)) }),
  };
  context.output.result(document, () => [
    `Slate for ${options.user} by ${response.strategy}, ${PERSONALIZATION[response.personalization] ?? 'unknown'}`,
    ...experimentLines(response),
    '',
    ...(explanations === undefined
      ? slateTable(response, titles)
      : explainedSlateLines(response, explanations, titles).slice(0, -1)),
    ...response.degraded.map(({ stage, message }) => `degraded: ${stage}: ${message}`),
    '',
    `Decision ${response.decisionId}`,
    `More on an item: scripts/attune explain ${response.decisionId} --item <id>`,
    `How it was made: scripts/attune decision ${response.decisionId}`,
    ...(traceId === undefined ? [] : [`Where its time went: scripts/attune trace ${traceId}`]),
  ]);
}

/** A `traceparent` whose last digit says that the trace is recorded. */
function recordedTrace(traceId: string): string {
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}

/** Which variants the user is in, and what these ask of the product. */
function experimentLines({ variants, parameters }: serving.RecommendResponse): string[] {
  if (variants.length === 0) return [];
  const asked = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return [`In experiments: ${[variantWords(variants), ...asked].join(', ')}`];
}

function slateTable({ items }: serving.RecommendResponse, titles: ReadonlyMap<string, string>): string[] {
  return table(
    ['#', 'item', 'title', 'score', 'why'],
    items.map((item) => [
      item.position + 1,
      item.itemId,
      titles.get(item.itemId) ?? '',
      item.score.toFixed(4),
      placedWords(item.placedBy) + item.reason,
    ]),
  );
}

const TEAM = 'team:';

/** What put an item there, where that was not its score. */
function placedWords(placedBy: string): string {
  if (placedBy.startsWith(TEAM)) return `by ${placedBy.slice(TEAM.length)}: `;
  return placedBy === 'exploration' ? 'by chance: ' : '';
}
