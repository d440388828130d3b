import { DistributionSketch } from '@attune/drift';
import { seededRandom } from '@attune/testkit';
import type { JudgeStore } from '../src/judge-ports';
import type { Series, SeriesLabels, SeriesQuery, SeriesReader, SeriesStep } from '../src/ports';

export const WINDOW_MS = 15 * 60_000;
const DAY_WINDOWS = 96;
const BEGIN = Date.parse('2026-05-01T00:00:00Z');
/** From this window on a feature, a word and what the model says are other than before. */
export const CHANGED_FROM = 7 * DAY_WINDOWS + 20;
const LAST = CHANGED_FROM + 20;
const VALUES = 40;

/** When a window has ended and was measured. */
export const afterWindow = (window: number) => new Date(BEGIN + (window + 1) * WINDOW_MS + 3 * 60_000);
/** When a window begins. */
export const beginOf = (window: number) => new Date(BEGIN + window * WINDOW_MS);

const MODEL = { model: 'engagement', version: '3' };

/** A week of distributions by windows, seeded, with a day in them, and then a change. */
export class JudgedWorld implements SeriesReader {
  readonly #all = new Map<string, Series[]>([
    ['feature', []],
    ['feature_words', []],
    ['prediction', []],
  ]);
  readonly #random = seededRandom(5);

  constructor() {
    const windows = Array.from({ length: LAST }, (_, window) => window);
    const moved = (window: number) => window >= CHANGED_FROM;
    this.#add('feature', { ...MODEL, feature: 'item_age' }, windows, (window) =>
      this.#sketch((normal) => dayOf(window) + (moved(window) ? 3 : 0) + normal),
    );
    this.#add('feature', { ...MODEL, feature: 'item_price' }, windows, (window) =>
      this.#sketch((normal) => dayOf(window) + normal),
    );
    this.#add('prediction', MODEL, windows, (window) =>
      // what is said of all items becomes much the same
      this.#sketch((normal) => 1 / (1 + Math.exp(1 - (moved(window) ? 0.05 : 1.5) * normal)), 150),
    );
    for (const [word, share] of [
      ['DE', 0.7],
      ['FR', 0.3],
    ] as const)
      this.#add('feature_words', { feature: 'country', word }, windows, (window) => ({
        count: Math.round(200 * (moved(window) ? 1 - share : share) + 5 * this.#normal()),
      }));
  }

  async read({ metric, from, to }: SeriesQuery): Promise<readonly Series[]> {
    return (this.#all.get(metric) ?? []).map((one) => ({
      ...one,
      steps: one.steps.filter(({ at }) => at >= from && at < to),
    }));
  }

  /** The series of a metric whole. */
  series(metric: string): readonly Series[] {
    return this.#all.get(metric)!;
  }

  #add(metric: string, labels: SeriesLabels, windows: readonly number[], of: (window: number) => Partial<SeriesStep>) {
    const steps = windows.map((window) => ({
      ...{ at: beginOf(window), count: VALUES, sum: 0, sumOfSquares: 0, min: 0, max: 0 },
      ...of(window),
    }));
    this.#all.get(metric)!.push({ metric, labels, steps });
  }

  #sketch(of: (normal: number) => number, values = VALUES): Partial<SeriesStep> {
    const sketch = new DistributionSketch();
    for (let at = 0; at < values; at++) sketch.add(of(this.#normal()));
    return { count: values, sketch: sketch.encode() };
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }
}

const dayOf = (window: number) => Math.sin((2 * Math.PI * window) / DAY_WINDOWS);

/** What one store has of these metrics, in another one. */
export async function copyJudges(from: JudgeStore, to: JudgeStore, metrics: readonly string[]): Promise<void> {
  for (const metric of metrics) {
    const after = await from.until(metric);
    const judges = await Array.fromAsync(from.read(metric, undefined));
    await to.write(metric, { before: undefined, after: after!, judges, keptFrom: new Date(0) });
  }
}
