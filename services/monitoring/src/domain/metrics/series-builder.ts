import type { MeasuredStep } from '../series';
import { labelKeyOf } from './label-key';
import { StepBuilder } from './step-builder';

/** Labels with the key by which they are found. */
export interface LabelSet {
  readonly labels: Readonly<Record<string, string>>;
  readonly key: string;
}

/** A set of labels for `SeriesBuilder`. */
export function labelSet(labels: Readonly<Record<string, string>>): LabelSet {
  return { labels, key: labelKeyOf(labels) };
}

/** The series of one step while they are counted. */
export class SeriesBuilder {
  readonly #series = new Map<
    string,
    Map<string, { readonly labels: LabelSet['labels']; readonly step: StepBuilder }>
  >();

  /** The step of one series, made where there is none yet. */
  at(series: string, { labels, key }: LabelSet): StepBuilder {
    let ofSeries = this.#series.get(series);
    if (ofSeries === undefined) this.#series.set(series, (ofSeries = new Map()));
    let found = ofSeries.get(key);
    if (found === undefined) ofSeries.set(key, (found = { labels, step: new StepBuilder(series) }));
    return found.step;
  }

  /** Everything that was counted, in the order of series and labels. */
  finish(): readonly MeasuredStep[] {
    const steps: (MeasuredStep & { readonly key: string })[] = [];
    for (const [metric, ofSeries] of this.#series) {
      for (const [key, { labels, step: builder }] of ofSeries) {
        const step = builder.finish();
        if (step !== undefined) steps.push({ metric, labels, key, step });
      }
    }
    steps.sort((a, b) => (a.metric === b.metric ? compare(a.key, b.key) : compare(a.metric, b.metric)));
    return steps.map(({ metric, labels, step }) => ({ metric, labels, step }));
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
