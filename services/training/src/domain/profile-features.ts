import { CategoryCounts, DistributionSketch } from '@attune/drift';
import { type LabelledExamples, SPLIT } from '@attune/recommenders';

/**
 * The parts that a profile tells apart. Serving shows engaged-with examples in other proportions than a training set has, and counters grow
 * while it is gathered: a reader may weigh the parts as it needs.
 */
const PARTS = ['older', 'older engaged', 'newest', 'newest engaged'] as const;
/** Of each part so many examples, evenly taken, say how it is distributed; more would take longer and say the same. */
const MOST_EXAMPLES = 100_000;
/** So many features fit into one message. */
const MOST_FEATURES = 250;

/** How one feature was distributed in a part of a training set. */
export interface ProfilePart {
  readonly feature: string;
  readonly part: string;
  readonly kind: 'numbers' | 'words';
  /** A `DistributionSketch` or `CategoryCounts`. */
  readonly bytes: Uint8Array;
}

/** A feature that is a word. */
export interface WordColumn {
  readonly name: string;
  readonly words: readonly string[];
  /** [rowCount]: places in the words; -1 where missing. */
  readonly places: Int32Array;
}

/** What is profiled. */
export interface ProfiledExamples {
  readonly examples: Pick<LabelledExamples, 'rowCount' | 'features' | 'split'>;
  /** [rowCount]: 1 where somebody engaged with the item. */
  readonly engaged: Uint8Array;
  readonly words: readonly WordColumn[];
}

/**
 * How each feature is distributed among the examples that a version learns from or is calibrated on: the values as they were read, before
 * anything is scaled or filled in, as serving records them. What is missing is counted as that.
 */
export function profileFeatures({ examples, engaged, words }: ProfiledExamples): readonly ProfilePart[] {
  const parts = rowsOfParts(examples, engaged);
  return [
    ...examples.features.flatMap(({ name, values }) =>
      parts.map(({ part, rows }): ProfilePart => {
        const sketch = new DistributionSketch();
        for (const row of rows) sketch.add(Number.isNaN(values[row]) ? null : values[row]);
        return { feature: name, part, kind: 'numbers', bytes: sketch.encode() };
      }),
    ),
    ...words.flatMap((column) =>
      parts.map(({ part, rows }): ProfilePart => {
        const counts = new CategoryCounts();
        for (const row of rows) counts.add(column.words[column.places[row]!]);
        return { feature: column.name, part, kind: 'words', bytes: counts.encode() };
      }),
    ),
  ].slice(0, MOST_FEATURES * parts.length);
}

/** The rows of each part that has any. */
function rowsOfParts({ rowCount, split }: ProfiledExamples['examples'], engaged: Uint8Array) {
  const partOf = (row: number) => (split[row] === SPLIT.train ? 0 : 2) + engaged[row]!;
  return PARTS.map((part, place) => ({
    part,
    rows: evenly(Uint32Array.from({ length: rowCount }, (_, row) => row).filter((row) => partOf(row) === place)),
  })).filter(({ rows }) => rows.length > 0);
}

function evenly(rows: Uint32Array): Uint32Array {
  const every = Math.ceil(rows.length / MOST_EXAMPLES);
  return every <= 1 ? rows : rows.filter((_, at) => at % every === 0);
}
