import {
  CategoryCounts,
  type ColumnDrift,
  compareCategories,
  compareSketches,
  DistributionSketch,
} from '@attune/drift';
import { AppError, isAppError } from '@attune/errors';
import { ENGAGEMENT_MODEL } from '../domain/metrics/measure-predictions';
import type { Clock, Series, SeriesLabels, SeriesReader, SeriesStep } from '../ports';
import type { ModelSkew, makeMeasureSkew } from './measure-skew';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const REFERENCE_DAYS = 7;
const NO_WORD = 'none';

/** How far a feature, or a prediction, has moved. */
export interface MeasuredDrift {
  readonly name: string;
  readonly drift: ColumnDrift;
  readonly count: number;
  readonly referenceCount: number;
}

/** How far everything that a model is fed, and what it says, has moved. */
export interface ModelDrift {
  readonly from: Date;
  readonly to: Date;
  readonly referenceFrom: Date;
  /** Worst first. */
  readonly measures: readonly MeasuredDrift[];
  readonly verdict: string;
  /** The version in production beside its training set; undefined for a model that has none. */
  readonly skew: Pick<ModelSkew, 'features' | 'verdict'> | undefined;
}

/** What the question needs. */
export interface GetDriftParts {
  readonly series: SeriesReader;
  readonly measureSkew: ReturnType<typeof makeMeasureSkew>;
  readonly clock: Clock;
}

interface Sample {
  readonly labels: SeriesLabels;
  readonly step: SeriesStep;
}

/**
 * Compares the last hours of what a model is fed and of what it says with the same times of the seven days before. Unlike alerts it does not
 * weigh how much days differ among themselves: it says how large a difference is.
 */
export function makeGetDrift({ series, measureSkew, clock }: GetDriftParts) {
  return async (
    { model, windowHours }: { readonly model: string; readonly windowHours: number },
    options: { readonly signal: AbortSignal },
  ): Promise<ModelDrift> => {
    const to = clock();
    const from = new Date(to.getTime() - (windowHours || 1) * HOUR_MS);
    const referenceFrom = new Date(from.getTime() - REFERENCE_DAYS * DAY_MS);
    const read = (metric: string, labels: SeriesLabels) => readBoth(series, { metric, labels, from, to });
    const said = await read('prediction', { model, version: '*' });
    const fed = await read('feature', { model, version: '*', feature: '*' });
    const words = model === ENGAGEMENT_MODEL ? await read('feature_words', { feature: '*', word: '*' }) : NOTHING;
    if ([said, fed].every(({ current, reference }) => current.length + reference.length === 0))
      throw unknownModel(model);
    const measures = [
      ...compareAll(said, () => 'prediction', numeric),
      ...compareAll(fed, ({ feature }) => feature!, numeric),
      ...compareAll(words, ({ feature }) => feature!, categorical),
    ].sort((a, b) => sizeOf(b.drift) - sizeOf(a.drift));
    const skew = await skewOf(() => measureSkew(model, to, options), options);
    return { from, to, referenceFrom, measures, verdict: verdictOf(measures), skew };
  };
}

/** Training may be away: what has moved is said all the same. */
async function skewOf(
  measure: () => Promise<ModelSkew | undefined>,
  { signal }: { readonly signal: AbortSignal },
): Promise<ModelDrift['skew']> {
  try {
    return await measure();
  } catch (error) {
    if (signal.aborted || !isAppError(error)) throw error;
    return { features: [], verdict: `training cannot be asked what the version learned from: ${error.message}` };
  }
}

interface Both {
  readonly current: readonly Sample[];
  readonly reference: readonly Sample[];
}

const NOTHING: Both = { current: [], reference: [] };

async function readBoth(series: SeriesReader, query: Parameters<SeriesReader['read']>[0]): Promise<Both> {
  const current = samplesOf(await series.read(query));
  const reference: Sample[] = [];
  const back = (moment: Date, days: number) => new Date(moment.getTime() - days * DAY_MS);
  const hours = (query.to.getTime() - query.from.getTime()) / HOUR_MS;
  // a window of days has no same time of the day before: it is compared with the days before it
  const step = Math.max(1, Math.ceil(hours / 24));
  for (let days = step; days <= REFERENCE_DAYS; days += step) {
    reference.push(
      ...samplesOf(await series.read({ ...query, from: back(query.from, days), to: back(query.to, days) })),
    );
  }
  return { current, reference };
}

function samplesOf(found: readonly Series[]): readonly Sample[] {
  return found.flatMap(({ labels, steps }) => steps.map((step) => ({ labels, step })));
}

function compareAll(
  { current, reference }: Both,
  nameOf: (labels: SeriesLabels) => string,
  compare: (reference: readonly Sample[], current: readonly Sample[]) => Omit<MeasuredDrift, 'name'>,
): readonly MeasuredDrift[] {
  const byName = (samples: readonly Sample[]) => Map.groupBy(samples, ({ labels }) => nameOf(labels));
  const [before, now] = [byName(reference), byName(current)];
  return [...new Set([...before.keys(), ...now.keys()])].map((name) => ({
    name,
    ...compare(before.get(name) ?? [], now.get(name) ?? []),
  }));
}

function numeric(reference: readonly Sample[], current: readonly Sample[]): Omit<MeasuredDrift, 'name'> {
  const sketchOf = (samples: readonly Sample[]) =>
    DistributionSketch.merged(
      samples.flatMap(({ step: { sketch } }) => (sketch === undefined ? [] : [DistributionSketch.decode(sketch)])),
    );
  const [before, now] = [sketchOf(reference), sketchOf(current)];
  return { drift: compareSketches(before, now), count: now.totalCount, referenceCount: before.totalCount };
}

function categorical(reference: readonly Sample[], current: readonly Sample[]): Omit<MeasuredDrift, 'name'> {
  const countsOf = (samples: readonly Sample[]) => {
    const counts = new CategoryCounts();
    for (const { labels, step } of samples) counts.add(labels.word === NO_WORD ? null : labels.word, step.count);
    return counts;
  };
  const [before, now] = [countsOf(reference), countsOf(current)];
  const all = ({ count, nullCount }: CategoryCounts) => count + nullCount;
  return { drift: compareCategories(before, now), count: all(now), referenceCount: all(before) };
}

/** Drift comes first, then what is larger; on whatever scale. */
function sizeOf({ drifted, effectSize }: ColumnDrift): number {
  return (drifted ? 1_000 : 0) + (effectSize?.value ?? -1);
}

function verdictOf(measures: readonly MeasuredDrift[]): string {
  const drifted = measures.filter(({ drift }) => drift.drifted).map(({ name }) => name);
  const known = measures.filter(({ drift }) => drift.verdict !== 'insufficient_data').length;
  if (known === 0) return 'insufficient data: too little was seen in the window, or in the days before';
  const what = drifted.length === 0 ? 'nothing has moved' : `${drifted.slice(0, 5).join(', ')} moved`;
  return `${drifted.length} of ${known} measures are other than at the same times of the days before: ${what}`;
}

function unknownModel(model: string): AppError {
  const advice =
    'attune health shows the models that were seen; only models that score, and for features the one that is fed them, are measured';
  return new AppError(
    'not_found.model',
    `nothing was measured of a model "${model}" in the last eight days; ${advice}`,
  );
}
