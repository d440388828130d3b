import type { Column, LabelledExamples } from './labelled-examples';

/** How one label is learned. */
export interface LabelPlan {
  readonly name: string;
  readonly positives: number;
  readonly negatives: number;
  /** The weighted share of positives among the training rows that have the label, with half an example added to each side. */
  readonly baseRate: number;
  /** Too few of one kind to learn anything but the base rate. */
  readonly isBaseRate: boolean;
  /** What a known label counts in the loss, such that every label counts the same. */
  readonly scale: number;
}

/** A plan for each label by the rows that are learned from. */
export function planLabels(
  { labels, weight }: LabelledExamples,
  train: Uint32Array,
  minPositives: number,
): LabelPlan[] {
  return labels.map((label) => planLabel(label, weight, train, minPositives));
}

function planLabel(
  { name, values }: Column,
  weight: Float32Array | undefined,
  train: Uint32Array,
  minPositives: number,
): LabelPlan {
  let [positives, negatives] = [0, 0];
  let [positiveWeight, knownWeight] = [0, 0];
  for (const row of train) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    const w = weight?.[row] ?? 1;
    knownWeight += w;
    if (value === 1) {
      positives++;
      positiveWeight += w;
    } else negatives++;
  }
  const isBaseRate = Math.min(positives, negatives) < minPositives;
  return {
    name,
    positives,
    negatives,
    baseRate: (positiveWeight + 0.5) / (knownWeight + 1),
    isBaseRate,
    scale: isBaseRate ? 0 : train.length / knownWeight,
  };
}
