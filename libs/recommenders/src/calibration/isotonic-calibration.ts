import { checkLabelledScores, type LabelledScores } from './labelled-scores';

/** Probabilities that rise with the score: `values[i]` at `knots[i]`, straight lines between, level outside. */
export interface IsotonicCalibration {
  readonly kind: 'isotonic';
  /** Ascending scores. */
  readonly knots: readonly number[];
  /** Probabilities, none less than the one before it. */
  readonly values: readonly number[];
}

/** Neighbouring scores that share one probability. */
interface Block {
  first: number;
  last: number;
  weight: number;
  mean: number;
}

/**
 * The non-decreasing curve with the least squared error, by pooling adjacent violators: Zadrozny and Elkan, "Transforming classifier
 * scores into accurate multiclass probability estimates" (2002), section 3. Needs more examples than the logistic curve (some
 * thousands), and assumes no shape. Equal scores share one value.
 */
export function fitIsotonicCalibration(data: LabelledScores): IsotonicCalibration {
  checkLabelledScores(data);
  const { scores, weights } = data;
  const order = Uint32Array.from({ length: scores.length }, (_, e) => e)
    .filter((e) => (weights?.[e] ?? 1) > 0)
    .sort((a, b) => scores[a]! - scores[b]! || a - b);
  const blocks: Block[] = [];
  for (const block of blocksOfEqualScores(data, order)) {
    blocks.push(block);
    pool(blocks);
  }
  return curve(blocks);
}

/** One block per distinct score; `order` ascends by score. */
function blocksOfEqualScores({ scores, labels, weights }: LabelledScores, order: Uint32Array): Block[] {
  const blocks: Block[] = [];
  for (const e of order) {
    const block = { first: scores[e]!, last: scores[e]!, weight: weights?.[e] ?? 1, mean: labels[e]! };
    if (blocks.at(-1)?.first === block.first) merge(blocks.at(-1)!, block);
    else blocks.push(block);
  }
  return blocks;
}

function merge(into: Block, next: Block): void {
  const weight = into.weight + next.weight;
  into.mean = (into.mean * into.weight + next.mean * next.weight) / weight;
  into.weight = weight;
  into.last = next.last;
}

/** Merges the last blocks while the one before has a larger mean. */
function pool(blocks: Block[]): void {
  while (blocks.length > 1 && blocks.at(-2)!.mean >= blocks.at(-1)!.mean) {
    const last = blocks.pop()!;
    merge(blocks.at(-1)!, last);
  }
}

function curve(blocks: readonly Block[]): IsotonicCalibration {
  const knots: number[] = [];
  const values: number[] = [];
  for (const { first, last, mean } of blocks) {
    knots.push(first);
    values.push(mean);
    if (last === first) continue;
    knots.push(last);
    values.push(mean);
  }
  // with nothing to learn from, nothing is known: one half everywhere
  return blocks.length > 0 ? { kind: 'isotonic', knots, values } : { kind: 'isotonic', knots: [0], values: [0.5] };
}
