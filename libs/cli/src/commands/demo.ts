import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Client, featureStore, serving } from '@attune/contracts';
import { AppError, isAppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { itemTitles } from '../item-titles';
import { table } from '../output';
import { wholeNumber } from '../parse';

interface Options {
  readonly user: string;
  readonly item?: string;
  readonly k: number;
}

/** `attune demo`: shows on a running fleet what a promise of it means. */
export const registerDemo: RegisterCommand = (program, run) => {
  const demo = program.command('demo').description('show on this fleet what it promises');
  demo
    .command('freshness')
    .description('like an item for a user, and watch how long the next slate takes to know it')
    .requiredOption('--user <id>', 'for whom; the like stays recorded')
    .option('--item <id>', 'what is liked; by default something that the user would hardly have been shown')
    .option('--k <count>', 'how many items of the slate are shown', wholeNumber(1), 10)
    .addHelpText('after', '\nExample:\n  scripts/attune demo freshness --user u000001')
    .action(run((context: CliContext, options: Options) => showFreshness(context, options)));
};

type Serving = Pick<Client<typeof serving.ServingServiceService>, 'recommend' | 'similarItems'>;

/** Of so many items the places are compared. */
const WIDE = 100;
const SIMILAR = 10;
const POLL_MS = 5;
const PATIENCE_MS = 10_000;

async function showFreshness(context: CliContext, { user, item, k }: Options): Promise<void> {
  const client = context.client('serving');
  const wide = await slateFor(client, user);
  const before = wide.slice(0, k);
  const { itemId, similar } = await chooseItem(client, wide, item);
  const { acknowledgedMs, at } = await like(context, user, itemId);
  const { slate, elapsedMs } = await untilChanged(client, user, { wide, itemId, since: at });
  const after = slate.slice(0, k);
  const places = { before: meanPlace(wide, similar), after: meanPlace(slate, similar) };
  const titles = context.output.isJson
    ? new Map<string, string>()
    : await itemTitles(
        context,
        [...new Set([itemId, ...before, ...after])].map((id) => ({ itemId: id })),
      );
  const report = {
    userId: user,
    itemId,
    acknowledgedMs,
    elapsedMs,
    before,
    after,
    similarItemIds: similar,
    meanPlace: places,
  };
  context.output.result(report, () => [
    `Before, the slate for ${user} was:`,
    '',
    ...slateTable(before, titles, () => ''),
    '',
    `${user} likes ${named(itemId, titles)}. The fleet acknowledged that after ${acknowledgedMs} ms.`,
    `The first slate that knew it was answered ${elapsedMs} ms after the acknowledgement:`,
    '',
    ...slateTable(after, titles, (id, place) => change(wide.indexOf(id), place)),
    '',
    `What was liked is gone from the slate, because it was seen.`,
    similarWords(similar.length, places, slate.length),
    `Take the like back: scripts/attune record --user ${user} --item ${itemId} --type hide`,
  ]);
}

async function slateFor(client: Serving, userId: string): Promise<readonly string[]> {
  const request = serving.RecommendRequest.fromPartial({ userId, count: WIDE, surface: 'home' });
  const { items } = await client.recommend(request);
  if (items.length > 0) return items.map(({ itemId }) => itemId);
  throw new AppError(
    'failed_precondition.empty_slate',
    `there is nothing to recommend to ${userId} yet; scripts/attune status shows what the fleet holds`,
  );
}

/** What was asked for, else of the last items of a long slate the one that most others of it are like: its effect can be seen. */
async function chooseItem(client: Serving, wide: readonly string[], wanted: string | undefined) {
  const candidates = wanted === undefined ? wide.slice(Math.floor(wide.length * 0.7)) : [wanted];
  const found: { readonly itemId: string; readonly similar: readonly string[] }[] = [];
  for (const itemId of candidates) found.push({ itemId, similar: await similarTo(client, itemId) });
  const inSlate = ({ similar }: { readonly similar: readonly string[] }) =>
    similar.filter((itemId) => wide.includes(itemId)).length;
  return found.reduce((best, one) => (inSlate(one) > inSlate(best) ? one : best));
}

function similarWords(count: number, places: { readonly before: number; readonly after: number }, of: number): string {
  if (count === 0) return 'No model knows what is like it, so that only what counts for everybody has moved.';
  if (Math.min(places.before, places.after) > of)
    return `None of the ${count} items most like it is among the best ${of}, before or after.`;
  return `The ${count} items most like it are in place ${places.after} on average, before in ${places.before} (of ${of}).`;
}

async function similarTo(client: Serving, itemId: string): Promise<readonly string[]> {
  try {
    const request = serving.SimilarItemsRequest.fromPartial({ itemId, count: SIMILAR });
    const { items } = await client.similarItems(request);
    return items.map((item) => item.itemId);
  } catch (error) {
    if (isAppError(error, 'not_found') || isAppError(error, 'failed_precondition')) return [];
    throw error;
  }
}

async function like(context: CliContext, userId: string, itemId: string) {
  const interaction = { eventId: randomUUID(), userId, itemId, type: 'like', occurredAt: new Date() };
  const begin = performance.now();
  const { outcomes } = await context
    .client('feature-store')
    .recordInteractions(
      featureStore.RecordInteractionsRequest.fromPartial({ producer: 'attune-cli', interactions: [interaction] }),
    );
  const at = performance.now();
  if (outcomes[0]?.status !== featureStore.InteractionStatus.ACCEPTED) {
    throw new AppError('invalid.interaction', `the like was not taken: ${outcomes[0]?.problems[0]?.message ?? ''}`);
  }
  return { acknowledgedMs: Math.round(at - begin), at };
}

interface Change {
  readonly wide: readonly string[];
  readonly itemId: string;
  readonly since: number;
}

async function untilChanged(client: Serving, userId: string, { wide, itemId, since }: Change) {
  for (;;) {
    const slate = await slateFor(client, userId);
    const elapsedMs = Math.round(performance.now() - since);
    if (!slate.includes(itemId) && slate.some((id, place) => id !== wide[place])) return { slate, elapsedMs };
    if (elapsedMs > PATIENCE_MS) {
      throw new AppError(
        'unavailable.freshness',
        `the slate is what it was ${Math.round(elapsedMs / 1_000)} s after the like; scripts/attune status shows what is not well`,
      );
    }
    await setTimeout(POLL_MS);
  }
}

/** Counted from 1; what is not in the slate counts as behind its end. */
function meanPlace(slate: readonly string[], itemIds: readonly string[]): number {
  const places = itemIds.map((id) => (slate.includes(id) ? slate.indexOf(id) + 1 : slate.length + 1));
  return Math.round(places.reduce((sum, place) => sum + place, 0) / Math.max(1, places.length));
}

function slateTable(
  slate: readonly string[],
  titles: ReadonlyMap<string, string>,
  changeOf: (itemId: string, place: number) => string,
): string[] {
  const rows = slate.map((itemId, place) => [place + 1, itemId, titles.get(itemId) ?? '', changeOf(itemId, place)]);
  return table(['#', 'item', 'title', ''], rows);
}

function change(before: number, place: number): string {
  if (before < 0) return 'new';
  if (before === place) return '';
  return before > place ? `up from ${before + 1}` : `down from ${before + 1}`;
}

function named(itemId: string, titles: ReadonlyMap<string, string>): string {
  const title = titles.get(itemId);
  return title === undefined || title === '' ? itemId : `${itemId} (${title})`;
}
