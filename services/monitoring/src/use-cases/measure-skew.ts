import { setImmediate as breathe } from 'node:timers/promises';
import { CategoryCounts } from '@attune/drift';
import type { ProductionReader, ProfileSource } from '../detection-ports';
import { type FeatureSkew, judgeSkew, type ServedFeatures, withSwaps } from '../domain/detection/judge-skew';
import { ENGAGEMENT_MODEL } from '../domain/metrics/measure-predictions';
import { NO_WORD, sketchOfSteps } from '../domain/metrics/sketch-of-steps';
import { stepBegin } from '../domain/metrics/step-begin';
import type { SeriesLabels, SeriesReader } from '../ports';

const HOUR_MS = 3_600_000;
/** Steps are measured within seconds; the last ones are not there for certain. */
const MEASURE_LAG_MS = 2 * 60_000;
/** The shortest of these that has enough slates: what begins, or ends, within a day is seen soon where many people come. */
const WINDOW_HOURS = [1, 6, 24];
/** Of fewer slates, a handful of users or items would be all that is seen. */
const LEAST_SLATES = 500;
/** Slates are counted from the beginning of a step of features on, so that both are of the same time. */
const FEATURE_STEP = 300;
/** Stands for words that have no series of their own. */
const OTHER_WORDS = 'other';

/** How the features that a version is asked with compare with those that it learned from. */
export interface ModelSkew {
  readonly version: string;
  /** The window of serving. */
  readonly from: Date;
  readonly to: Date;
  /** By name. Empty where nothing can be said. */
  readonly features: readonly FeatureSkew[];
  /** In a sentence; also why nothing can be said. */
  readonly verdict: string;
}

/** What measuring needs. */
export interface MeasureSkewParts {
  readonly series: SeriesReader;
  readonly profiles: ProfileSource;
  readonly production: ProductionReader;
}

interface Window {
  readonly model: string;
  readonly version: string;
  readonly from: Date;
  readonly to: Date;
  readonly slateCount: number;
}

/**
 * Compares what the version in production is asked with, since it is there, with the profile of its training set. Undefined for a model
 * without a version in production.
 */
export function makeMeasureSkew({ series, profiles, production }: MeasureSkewParts) {
  return async (
    model: string,
    now: Date,
    options: { readonly signal: AbortSignal },
  ): Promise<ModelSkew | undefined> => {
    const current = await production.productionOf(model);
    if (current === undefined) return undefined;
    const window = await windowOf(series, model, current, now);
    const said = (verdict: string, features: readonly FeatureSkew[] = []) => ({ ...window, features, verdict });
    const trained = await profiles.profileOf(model, current.version, options);
    if (trained.length === 0) return said(`version ${window.version} was registered without a profile of its features`);
    if (window.slateCount < LEAST_SLATES)
      return said(`${window.slateCount} slates of version ${window.version} are too few: it takes ${LEAST_SLATES}`);
    const served = await readServed(series, window);
    const skews: FeatureSkew[] = [];
    for (const one of trained) {
      const skew = judgeSkew(one, served);
      if (skew !== undefined) skews.push(skew);
      await breathe();
      options.signal.throwIfAborted();
    }
    const features = withSwaps(skews, trained, served);
    return said(verdictOf(features, window), features);
  };
}

async function windowOf(
  series: SeriesReader,
  model: string,
  { version, since }: { readonly version: string; readonly since: Date },
  now: Date,
): Promise<Window> {
  const to = new Date(now.getTime() - MEASURE_LAG_MS);
  const fromOf = (hours: number) =>
    stepBegin(new Date(Math.max(to.getTime() - hours * HOUR_MS, since.getTime())), FEATURE_STEP);
  const labels = { model, version };
  const widest = fromOf(WINDOW_HOURS.at(-1)!);
  const found = await series.read({ metric: 'slates', labels, from: widest, to, withoutSketches: true });
  const steps = found.flatMap((one) => one.steps);
  const countFrom = (from: Date) => steps.reduce((sum, { at, count }) => sum + (at >= from ? count : 0), 0);
  const enough = WINDOW_HOURS.map(fromOf).find((from) => countFrom(from) >= LEAST_SLATES);
  const from = enough ?? widest;
  return { model, version, from, to, slateCount: countFrom(from) };
}

async function readServed(series: SeriesReader, { model, version, from, to }: Window): Promise<ServedFeatures> {
  const read = async (metric: string, labels: SeriesLabels) =>
    Map.groupBy(await series.read({ metric, labels, from, to }), (one) => one.labels.feature!);
  const numbers = await read('feature', { model, version, feature: '*' });
  // words are of users, whatever model asks
  const words = model === ENGAGEMENT_MODEL ? await read('feature_words', { feature: '*', word: '*' }) : new Map();
  return {
    numbers: valuesOf(numbers, (found) => sketchOfSteps(found.flatMap(({ steps }) => steps))),
    words: valuesOf(words, countsOf),
  };
}

type Found = Awaited<ReturnType<SeriesReader['read']>>;

function valuesOf<Values>(byFeature: ReadonlyMap<string, Found>, reduce: (found: Found) => Values) {
  return new Map([...byFeature].map(([feature, found]) => [feature, reduce(found)]));
}

function countsOf(found: Found): CategoryCounts {
  const counts = new CategoryCounts();
  for (const { labels, steps } of found) {
    if (labels.word === OTHER_WORDS) continue;
    for (const { count } of steps) counts.add(labels.word === NO_WORD ? null : labels.word, count);
  }
  return counts;
}

function verdictOf(features: readonly FeatureSkew[], { version, slateCount }: Window): string {
  const judged = features.filter(({ judgement }) => judgement.verdict !== 'insufficient_data');
  const skewed = judged.filter(({ judgement }) => judgement.verdict === 'skew').map(({ name }) => name);
  const which = skewed.length === 0 ? '' : `: ${skewed.slice(0, 5).join(', ')}`;
  return `in ${slateCount} slates of version ${version}, ${skewed.length} of ${judged.length} features are other than in its training set${which}`;
}
