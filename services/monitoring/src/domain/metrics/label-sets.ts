import type { ModelVersion } from '../facts';
import type { BoundedLabels } from './bounded-labels';
import { cutsOfSeries } from './metric-catalogue';
import { type LabelSet, labelSet } from './series-builder';

/** What something is labelled by: several values of one label stand for as many series. */
export interface Labelled {
  readonly surface?: string;
  readonly strategy?: string;
  readonly segments?: readonly string[];
  readonly variants?: readonly string[];
  readonly models?: readonly ModelVersion[];
  /** Features, or words of a feature. */
  readonly feature?: string;
  readonly word?: string;
}

/** Gives the sets of labels of a series. */
export type LabelSetsOf = (series: string) => readonly LabelSet[];

/** Makes sets of labels. Most of what is measured within a step is labelled like something before it: that is made once. */
export class LabelSetMaker {
  readonly #known = new Map<string, LabelSetsOf>();

  constructor(private readonly bounded: BoundedLabels) {}

  /** The sets of labels of something, by series. */
  of(labelled: Labelled): LabelSetsOf {
    const { surface, strategy, segments, variants, models, feature, word } = labelled;
    const key = JSON.stringify([surface, strategy, segments, variants, models, feature, word]);
    let found = this.#known.get(key);
    if (found === undefined) this.#known.set(key, (found = this.#make(labelled)));
    return found;
  }

  #make(labelled: Labelled): LabelSetsOf {
    const ofSeries = new Map<string, readonly LabelSet[]>();
    return (series) => {
      let sets = ofSeries.get(series);
      if (sets === undefined) {
        sets = cutsOfSeries(series).flatMap((cut) => setsOf(labelled, cut, this.bounded));
        ofSeries.set(series, sets);
      }
      return sets;
    };
  }
}

function setsOf(labelled: Labelled, cut: readonly string[], bounded: BoundedLabels): readonly LabelSet[] {
  let sets: Readonly<Record<string, string>>[] = [{}];
  for (const alternatives of alternativesOf(labelled, cut)) {
    sets = sets.flatMap((set) => alternatives.map((one) => ({ ...set, ...one })));
  }
  const unique = new Map(
    sets.map((set) => {
      const labels = Object.fromEntries(
        Object.entries(set).map(([name, value]) => [name, bounded.valueOf(name, value)]),
      );
      const made = labelSet(labels);
      return [made.key, made];
    }),
  );
  return [...unique.values()];
}

/** Per label, or pair of labels, the values that it has here. */
function alternativesOf(labelled: Labelled, cut: readonly string[]): readonly (readonly Record<string, string>[])[] {
  return cut.flatMap((name): readonly (readonly Record<string, string>[])[] => {
    switch (name) {
      case 'model':
        return [(labelled.models ?? []).map((model) => ({ model: model.name, version: model.version }))];
      case 'version':
        // comes with its model
        return [];
      case 'segment':
        return [(labelled.segments ?? []).map((segment) => ({ segment }))];
      case 'variant':
        return [(labelled.variants ?? []).map((variant) => ({ variant }))];
      default: {
        const value = labelled[name as 'surface' | 'strategy' | 'feature' | 'word'];
        return [value === undefined ? [] : [{ [name]: value }]];
      }
    }
  });
}
