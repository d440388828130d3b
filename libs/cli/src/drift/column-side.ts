import type { ColumnValues } from './column-values';
import type { ColumnSide } from './file-drift';

const MOST_TOP = 5;

/** A side of a column with the numbers that are compared. */
export interface SideView {
  readonly side: ColumnSide;
  /** Empty for a text column. */
  readonly sorted: Float64Array;
}

/** What one file has in a column. */
export function sideOf(values: ColumnValues, isNumeric: boolean): SideView {
  const { rowCount, nullCount, infiniteCount, textCount, categories } = values;
  const sorted = isNumeric ? values.numbers.sorted() : new Float64Array(0);
  const count = isNumeric ? sorted.length : values.valueCount;
  const has = sorted.length > 0;
  const side = {
    ...{ rowCount, count, nullCount, infiniteCount, textCount },
    nullRate: (rowCount - count) / rowCount,
    mean: has ? values.mean : null,
    sd: sorted.length > 1 ? Math.sqrt(values.squares / (sorted.length - 1)) : null,
    min: has ? sorted[0]! : null,
    median: has ? (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2 : null,
    max: has ? sorted.at(-1)! : null,
    distinctCount: isNumeric ? null : (categories?.size ?? null),
    top: isNumeric || categories === undefined ? null : topOf(categories, count),
  };
  return { side, sorted };
}

function topOf(categories: ReadonlyMap<string, number>, count: number): ColumnSide['top'] {
  const ranked = [...categories].sort(([a, times], [b, others]) => others - times || (a < b ? -1 : 1));
  return ranked.slice(0, MOST_TOP).map(([value, times]) => ({ value, share: times / count }));
}
