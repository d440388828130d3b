import { keepRows } from '@attune/interactions';
import type { World } from './a-world';
import { allRows, rotateRows, tableOf, withNumbers } from './change-content';
import { favouringTheMost, leastActive, newItems } from './parts-of';
import { type Content, fitRanker } from './rankers';
import type { Sabotaged } from './sabotaged';
import { slowByHistory, slowRetrieval, undefinedFor } from './slow-graphs';
import type { Workshop } from './workshop';

type Change = (content: Content, world: World) => Content;

/** A sound challenger, changed after its training. */
function changed(kind: string, what: string, [model, seed]: readonly [string, number], change: Change): Sabotaged {
  const prove = async (shop: Workshop) =>
    shop.ranker(model, seed, change(await shop.sound(model, seed), shop.world(seed)));
  return { kind, what: `${model} ${seed}: ${what}`, prove };
}

/** Moves the rows of a stored table. */
const shuffled =
  (table: string): Change =>
  (content) =>
    withNumbers(content, (name, values, dims) => {
      if (name !== table) return;
      const width = dims.length === 2 && dims[0]! > 1 ? dims[1]! : 1;
      rotateRows(values, width, allRows(values.length / width));
    });

/** Some users are answered with what suits them least. */
const turned =
  (of: (world: World, content: Content) => readonly number[]): Change =>
  (content, world) =>
    withNumbers(content, (name, values, [, width]) => {
      if (name !== 'user_factors') return;
      for (const row of of(world, content)) {
        for (let at = row * width!; at < (row + 1) * width!; at++) values[at] = -values[at]!;
      }
    });

const filled =
  (value: number): Change =>
  (content) =>
    withNumbers(content, (_, values) => values.fill(value));

const everyUserTheSame: Change = (content) =>
  withNumbers(content, (name, values, [, width]) => {
    if (name !== 'user_factors') return;
    for (let at = width!; at < values.length; at += width!) values.copyWithin(at, 0, width!);
  });

/** Numbers of one row that are too large to add up or multiply. */
const tooLarge =
  (table: string, row: number, value: number): Change =>
  (content) =>
    withNumbers(content, (name, values, [, width]) => {
      if (name === table) values.fill(value, row * width!, row * width! + 5);
    });

/** Items that nobody had met when the champion was trained go by ids that nobody knows: the index was written before they came. */
const staleIndex: Change = (content, world) => {
  const stale = new Set(newItems(world, content));
  return { ...content, itemIds: content.itemIds.map((id, row) => (stale.has(row) ? `gone-${id}` : id)) };
};

/** The table of users ends early; the others answer as nobody. */
const usersCut: Change = (content) => {
  const { dims } = tableOf(content, 'user_factors');
  const kept = Math.floor(dims[0]! * 0.8);
  const cut = withNumbers(content, (name, values, [, width]) => {
    if (name === 'user_factors') values.fill(0, kept * width!);
  });
  return { ...cut, userKeys: content.userKeys!.map((key, row) => (row < kept ? key : `cut-${row}`)) };
};

/** A training of part of the rows, which says that it is of all of them. */
function trainedOnPart(
  model: string,
  seed: number,
  holds: (world: World, row: number) => boolean,
  what: string,
): Sabotaged {
  const prove = async (shop: Workshop) => {
    const world = shop.world(seed);
    const table = keepRows(world.learned.table, (row) => holds(world, row));
    return shop.ranker(model, seed, await fitRanker(model, { ...world.learned, table }));
  };
  return { kind: 'truncated table', what: `${model} ${seed}: ${what}`, prove };
}

/** A training on what happened after the questions begin; what it learned from says so. */
function trainedOnFuture(model: string, seed: number): Sabotaged {
  const prove = async (shop: Workshop) => {
    const { exam } = shop.world(seed);
    return shop.ranker(model, seed, await fitRanker(model, exam), { trainedOn: exam });
  };
  return { kind: 'trained on the future', what: `${model} ${seed}: its data set ends after the questions`, prove };
}

/** A training that has seen the questions, beside a data set that has not. */
function leaked(seed: number): Sabotaged {
  const prove = async (shop: Workshop) => shop.ranker('als', seed, await fitRanker('als', shop.world(seed).exam));
  return { kind: 'label leak', what: `als ${seed}: it has learned the questions, and says that it has not`, prove };
}

const items = (world: World) => world.learned.table.items.length;
const ALS = [1, 2].map((seed) => ['als', seed] as const);

/** Sabotaged challengers that rank items. */
export const SABOTAGED_RANKERS: readonly Sabotaged[] = [
  leaked(1),
  leaked(2),
  changed('shuffled weights', 'the vectors of users', ['als', 1], shuffled('user_factors')),
  changed('shuffled weights', 'the counts of items', ['popularity', 1], shuffled('item_scores')),
  changed('shuffled weights', 'the rows of items', ['item_item', 2], shuffled('item_weights')),
  changed('constant output', 'every number the same', ['als', 1], filled(0.25)),
  changed('constant output', 'every user the same', ['als', 2], everyUserTheSame),
  changed('constant output', 'every count the same', ['popularity', 1], filled(1)),
  changed('NaN on rare input', 'for one user', ['als', 1], (content) => undefinedFor(content, 137)),
  changed('NaN on rare input', 'for one user, by large numbers', ['als', 2], tooLarge('user_factors', 41, 3e38)),
  changed('NaN on rare input', 'for whoever met one item', ['item_item', 1], tooLarge('item_weights', 77, -3.2e38)),
  ...ALS.map((one) => changed('slower by 3 x', 'the same answers, by detours', one, slowRetrieval)),
  ...[1, 2].map((seed) => changed('slower by 3 x', 'the same answers, by detours', ['item_item', seed], slowByHistory)),
  changed('worse in one segment', 'whoever likes one category', ['als', 1], turned(favouringTheMost)),
  changed('worse in one segment', 'whoever did least', ['als', 2], turned(leastActive)),
  changed('worse in one segment', 'whoever likes one category', ['als', 2], turned(favouringTheMost)),
  changed('truncated table', 'the users end early', ['als', 1], usersCut),
  trainedOnPart(
    'als',
    2,
    (world, row) => world.learned.table.itemIndex[row]! < items(world) * 0.8,
    'the items end early',
  ),
  trainedOnPart(
    'item_item',
    1,
    (world, row) => world.learned.table.itemIndex[row]! < items(world) * 0.8,
    'the items end early',
  ),
  trainedOnPart(
    'popularity',
    2,
    (world, row) => world.learned.table.itemIndex[row]! < items(world) * 0.8,
    'the items end early',
  ),
  ...ALS.map((one) => changed('stale item index', 'new items under ids that nobody knows', one, staleIndex)),
  changed('stale item index', 'new items under ids that nobody knows', ['item_item', 1], staleIndex),
  changed('stale item index', 'new items under ids that nobody knows', ['popularity', 2], staleIndex),
  trainedOnFuture('als', 1),
  trainedOnFuture('item_item', 2),
  trainedOnFuture('popularity', 1),
];
