import { AppError } from '@attune/errors';
import type { Coalitions } from './set-function';
import { type ShapleyOptions, shapleyValues } from './shapley-values';
import type { ShapleyValues } from './solution';

/** Numbers of a model's inputs. */
export type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Which prediction is explained, and by what it is explained. */
export interface ModelQuestion<Row extends Numbers = Numbers> {
  /** [columns]: the inputs of the prediction; NaN where missing. */
  readonly row: Row;
  /**
   * [rows x columns]: what stands for a column that does not take part; a prediction is then the mean over these rows (interventional
   * Shapley values). One row of NaN explains a prediction beside that of a model that knows nothing.
   */
  readonly background: Row;
  /** The players: columns that take part together. A column of none always takes part; none may be in two. */
  readonly groups: readonly (readonly number[])[];
  /** [count]: the predictions for rows [count x columns]. */
  predict(rows: Row, count: number): Promise<ArrayLike<number>>;
}

/**
 * What each group of columns added to the prediction of a row (Strumbelj and Kononenko 2014; Lundberg and Lee 2017, interventional).
 * `base` plus the values is the prediction. Groups whose columns are alike in the row and all over the background cannot matter: they
 * have the value 0 and do not count as players. `batch` bounds the rows of one call of `predict`.
 */
export async function explainRow<Row extends Numbers>(
  question: ModelQuestion<Row>,
  options: ShapleyOptions = {},
): Promise<ShapleyValues> {
  checkQuestion(question);
  const { row, background, groups, predict } = question;
  const players = groups.flatMap((columns, group) => (canMatter(question, columns) ? [group] : []));
  const perCoalition = background.length / row.length;
  const evaluate = async (coalitions: Coalitions) => {
    const rows = rowsOf(question, players, coalitions);
    return means(await predict(rows, coalitions.count * perCoalition), coalitions.count);
  };
  const batch = Math.max(1, Math.floor((options.batch ?? 1_024) / perCoalition));
  const found = await shapleyValues({ playerCount: players.length, evaluate }, { ...options, batch });
  return {
    ...found,
    values: spread(found.values, players, groups),
    standardErrors: spread(found.standardErrors, players, groups),
  };
}

/** Whether a group's columns differ anywhere between the row and the background. */
function canMatter({ row, background }: ModelQuestion, columns: readonly number[]): boolean {
  const width = row.length;
  for (let from = 0; from < background.length; from += width) {
    for (const column of columns) {
      const [now, then] = [row[column]!, background[from + column]!];
      if (now !== then && !(Number.isNaN(now) && Number.isNaN(then))) return true;
    }
  }
  return false;
}

/** [coalitions x background rows x columns]: the background, with the columns of whoever takes part as they are in the row. */
function rowsOf<Row extends Numbers>(
  { row, background, groups }: ModelQuestion<Row>,
  players: readonly number[],
  { count, members }: Coalitions,
): Row {
  const width = row.length;
  const always = columnsOfNobody(groups, width);
  const rows = emptyLike(row, count * background.length);
  for (let coalition = 0; coalition < count; coalition++) {
    const from = coalition * background.length;
    rows.set(background, from);
    const known = [...always];
    for (const [player, group] of players.entries()) {
      if (members[coalition * players.length + player] === 1) known.push(...groups[group]!);
    }
    for (let at = from; at < from + background.length; at += width) {
      for (const column of known) rows[at + column] = row[column]!;
    }
  }
  return rows;
}

function columnsOfNobody(groups: readonly (readonly number[])[], width: number): readonly number[] {
  const grouped = new Set(groups.flat());
  return Array.from({ length: width }, (_, column) => column).filter((column) => !grouped.has(column));
}

function emptyLike<Row extends Numbers>(row: Row, length: number): Row {
  return (row instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)) as Row;
}

/** The mean of each of `count` runs of equal length. */
function means(predictions: ArrayLike<number>, count: number): Float64Array {
  const each = predictions.length / count;
  return Float64Array.from({ length: count }, (_, run) => {
    let sum = 0;
    for (let at = run * each; at < (run + 1) * each; at++) sum += predictions[at]!;
    return sum / each;
  });
}

function spread(values: Float64Array, players: readonly number[], groups: readonly unknown[]): Float64Array {
  const all = new Float64Array(groups.length);
  for (const [player, group] of players.entries()) all[group] = values[player]!;
  return all;
}

function checkQuestion({ row, background, groups }: ModelQuestion): void {
  const fail = (problem: string): never => {
    throw new AppError('invalid.shapley_question', `the prediction cannot be explained: ${problem}`);
  };
  if (row.length === 0) fail('its row is empty');
  if (background.length === 0 || background.length % row.length !== 0)
    fail(`a background of ${background.length} numbers has no rows of ${row.length} columns`);
  const columns = groups.flat();
  const odd = columns.find((column) => !(Number.isInteger(column) && column >= 0 && column < row.length));
  if (odd !== undefined) fail(`there is no column ${odd} among ${row.length}`);
  if (new Set(columns).size !== columns.length) fail('a column is in two groups');
}
