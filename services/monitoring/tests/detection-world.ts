import { DistributionSketch } from '@attune/drift';
import { seededRandom } from '@attune/testkit';
import { cutFor } from '../src/domain/metrics/cut-for';
import { ANY_VALUE } from '../src/domain/series';
import type { Series, SeriesLabels, SeriesQuery, SeriesReader, SeriesStep } from '../src/ports';

export const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
export const CHANGE_AT = new Date('2026-05-15T12:00:00Z');
const BEGIN = new Date(CHANGE_AT.getTime() - 9 * DAY_MS);

/** Distributions are known for a little more than the week that a judge learns: a judge of them is asked about each window, and that takes its time. */
const DISTRIBUTIONS_FROM = new Date(CHANGE_AT.getTime() - 7.25 * DAY_MS);

/** What is true of a minute. */
export interface Truth {
  /** Slates on average. */
  readonly slates: number;
  readonly clickRate: number;
  readonly latencyMs: number;
  readonly fallbackShare: number;
  readonly featureMean: number;
  readonly featureNulls: number;
  readonly probability: number;
  /** What clicks are, by what was predicted. */
  readonly clicksPerPrediction: number;
}

const CALM: Truth = {
  ...{ slates: 100, clickRate: 0.3, latencyMs: 30, fallbackShare: 0.01 },
  ...{ featureMean: 10, featureNulls: 0.02, probability: 0.2, clicksPerPrediction: 1 },
};

/** Series in memory. */
class MemorySeries implements SeriesReader {
  readonly #all = new Map<string, { labels: SeriesLabels; steps: SeriesStep[] }[]>();

  constructor(private readonly before?: MemorySeries) {}

  add(metric: string, labels: SeriesLabels, step: SeriesStep): void {
    const own = this.#all.get(metric) ?? [];
    this.#all.set(metric, own);
    const key = JSON.stringify(labels);
    let one = own.find((other) => JSON.stringify(other.labels) === key);
    if (one === undefined) own.push((one = { labels, steps: [] }));
    one.steps.push(step);
  }

  async read({ metric, labels, from, to }: SeriesQuery): Promise<readonly Series[]> {
    const cut = cutFor(metric, Object.keys(labels));
    if (cut === undefined) return [];
    const earlier = (await this.before?.read({ metric, labels, from, to })) ?? [];
    const own = (this.#all.get(baseOf(metric)) ?? []).filter(
      (one) =>
        Object.keys(one.labels).length === cut.length &&
        Object.entries(labels).every(([name, value]) => value === ANY_VALUE || one.labels[name] === value),
    );
    const within = own.map((one) => ({ metric, labels: one.labels, steps: between(one.steps, from, to) }));
    return [...earlier, ...within.filter(({ steps }) => steps.length > 0)];
  }
}

/** Steps are in the order of time. */
function between(steps: readonly SeriesStep[], from: Date, to: Date): readonly SeriesStep[] {
  return steps.slice(firstFrom(steps, from), firstFrom(steps, to));
}

function firstFrom(steps: readonly SeriesStep[], moment: Date): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.at < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

const baseOf = (metric: string) => metric.replace(/_p\d+_ms$/, '_ms');

const MODEL = { model: 'engagement', version: '3' };

/** Nine days of calm by minutes, seeded, with the ups and downs of the day; `after` says what is otherwise from the change on. */
export class World {
  readonly #random: () => number;
  readonly #calm = new MemorySeries();

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    for (let at = BEGIN.getTime(); at < CHANGE_AT.getTime(); at += MINUTE_MS)
      this.#minute(this.#calm, new Date(at), CALM);
  }

  /** What happens after the change, for so many minutes. */
  goOn(minutes: number, change: Partial<Truth>): SeriesReader {
    const after = new MemorySeries(this.#calm);
    for (let minute = 0; minute < minutes; minute++) {
      this.#minute(after, new Date(CHANGE_AT.getTime() + minute * MINUTE_MS), { ...CALM, ...change });
    }
    return after;
  }

  #minute(into: MemorySeries, at: Date, truth: Truth): void {
    const hour = (at.getTime() % DAY_MS) / 3_600_000;
    const slates = this.#count(truth.slates * (1 + 0.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)));
    const isWide = at.getUTCMinutes() % 5 === 0;
    if (slates === 0) return;
    const everywhere = [{}, MODEL];
    const clicks = this.#share(slates, truth.clickRate);
    for (const labels of everywhere) {
      into.add('slates', labels, whole(at, slates, slates));
      into.add('click_rate', labels, whole(at, slates, clicks));
    }
    into.add('fallback_share', {}, whole(at, slates, this.#share(slates, truth.fallbackShare)));
    const latencies = Array.from({ length: slates }, () => truth.latencyMs * Math.exp(0.4 * this.#normal()));
    into.add('recommend_latency_ms', {}, sketched(at, latencies));
    const said = Array.from(
      { length: 2 * slates },
      () => 1 / (1 + Math.exp(-logit(truth.probability) - 0.7 * this.#normal())),
    );
    const isFollowed = at >= DISTRIBUTIONS_FROM;
    if (isFollowed) into.add('prediction', MODEL, sketched(at, said));
    const mean = said.reduce((sum, one) => sum + one, 0) / said.length;
    into.add('predicted_rate', MODEL, whole(at, said.length, mean * said.length));
    const happened = this.#share(said.length, mean * truth.clicksPerPrediction);
    into.add('observed_rate', MODEL, whole(at, said.length, happened));
    if (!isWide || !isFollowed) return;
    const values = Array.from({ length: 200 }, () =>
      this.#random() < truth.featureNulls ? null : truth.featureMean + this.#normal(),
    );
    into.add('feature', { ...MODEL, feature: 'item_age' }, sketched(at, values));
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }

  /** About as many as expected, as independent arrivals scatter. */
  #count(mean: number): number {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.#normal()));
  }

  #share(count: number, share: number): number {
    const drawn = Math.round(count * share + Math.sqrt(count * share * (1 - share)) * this.#normal());
    return Math.min(count, Math.max(0, drawn));
  }
}

const logit = (p: number) => Math.log(p / (1 - p));

function whole(at: Date, count: number, sum: number): SeriesStep {
  return { at, count, sum, sumOfSquares: sum, min: 0, max: 1 };
}

function sketched(at: Date, values: readonly (number | null)[]): SeriesStep {
  const sketch = new DistributionSketch();
  for (const value of values) sketch.add(value ?? Number.NaN);
  const known = values.filter((value) => value !== null);
  const sum = known.reduce((all, value) => all + value, 0);
  return { ...whole(at, known.length, sum), sketch: sketch.encode() };
}
