import { seededUniform } from '@attune/kernels';
import { allRows, rotateRows, withNumbers } from './change-content';
import { type ColumnsOf, type Drawn, type ExampleWorld, examplesUntil, fitPredictor } from './predictors';
import type { Content } from './rankers';
import type { Sabotaged } from './sabotaged';
import type { Workshop } from './workshop';

const MODEL = 'engagement';

/** A sound challenger, changed after its training. */
function changed(kind: string, what: string, seed: number, change: (content: Content) => Content): Sabotaged {
  const prove = async (shop: Workshop) => shop.predictor(seed, change(await shop.soundPredictor(seed)));
  return { kind, what: `${MODEL} ${seed}: ${what}`, prove };
}

/** Trained on other columns than its data set has. */
function trainedOnOther(kind: string, what: string, seed: number, change: (columns: ColumnsOf) => void): Sabotaged {
  const prove = async (shop: Workshop) => {
    const world = shop.examples(seed);
    return shop.predictor(seed, await fitPredictor(examplesUntil(world, world.heldOutFromMs, change), seed));
  };
  return { kind, what: `${MODEL} ${seed}: ${what}`, prove };
}

/** What came of the showing, with a little noise: known only afterwards, and part of every data set of that build. */
function leak(columns: ColumnsOf, { click }: Drawn): void {
  const uniform = seededUniform(3);
  columns.user_seconds_on_item = columns.user_keen!.map((_, row) => 30 * click[row]! + 4 * uniform());
}

function leaked(seed: number): Sabotaged {
  const prove = async (shop: Workshop) => {
    const world: ExampleWorld = shop.examples(seed);
    const trainedOn = examplesUntil(world, world.heldOutFromMs, leak);
    const exam = examplesUntil(world, Number.POSITIVE_INFINITY, leak);
    return shop.predictor(seed, await fitPredictor(trainedOn, seed), { trainedOn, exam });
  };
  return { kind: 'label leak', what: `${MODEL} ${seed}: a feature knows what came of the showing`, prove };
}

function trainedOnFuture(seed: number): Sabotaged {
  const prove = async (shop: Workshop) => {
    const trainedOn = examplesUntil(shop.examples(seed), Number.POSITIVE_INFINITY);
    return shop.predictor(seed, await fitPredictor(trainedOn, seed), { trainedOn });
  };
  return { kind: 'trained on the future', what: `${MODEL} ${seed}: its data set ends after the questions`, prove };
}

function swap(columns: ColumnsOf): void {
  const { user_keen: keen, item_popular: popular } = columns;
  Object.assign(columns, { user_keen: popular, item_popular: keen });
}

/** Whoever is keen looks like somebody who is not: the net learns to expect too much of those. */
function blur(columns: ColumnsOf): void {
  columns.user_keen = columns.user_keen!.map((value) => (value > 0.4 ? -value : value));
}

const namedWrongly = (content: Content): Content => {
  const [first, second, ...rest] = content.features!;
  return { ...content, features: [second!, first!, ...rest] };
};

const netShuffled = (content: Content): Content =>
  withNumbers(content, (name, values) => {
    if (/^(cross|deep)\./.test(name)) rotateRows(values, 1, allRows(values.length));
  });

const baseRates = (content: Content): Content =>
  withNumbers(content, (name, values) => {
    if (name === 'slopes') values.fill(0);
  });

/** (x - mean) / deviation with both zero is no number: of the feature that matters least, for a value that few rows have. */
const undefinedAtSeven = (content: Content): Content =>
  withNumbers(content, (name, values) => {
    const column = content.features!.indexOf('user_slates');
    if (name === 'deviations') values[column] = 0;
    if (name === 'means') values[column] = 7;
  });

/** Sabotaged challengers that say probabilities. */
export const SABOTAGED_PREDICTORS: readonly Sabotaged[] = [
  leaked(1),
  leaked(2),
  changed('shuffled weights', 'the weights of the net', 1, netShuffled),
  changed('constant output', 'the base rate whatever is asked', 2, baseRates),
  changed('NaN on rare input', 'for one value of one feature', 1, undefinedAtSeven),
  ...[1, 2].map((seed) =>
    changed('swapped feature order', 'its manifest names two columns wrongly', seed, namedWrongly),
  ),
  ...[1, 2].map((seed) => trainedOnOther('swapped feature order', 'its net reads two columns wrongly', seed, swap)),
  trainedOnOther('worse in one segment', 'whoever is not keen', 1, blur),
  trainedOnFuture(2),
];
