import { columnOf, type FeatureTable, type UserFeature } from './feature-table';

/** Which features must be read so that a model of features can be asked. */
export interface NeededFeatures {
  /** Features of the user. */
  readonly user: readonly string[];
  /** Features of the item, or of the user and the item. */
  readonly item: readonly string[];
}

const LIST_ENTRY = /^(.+)_(\d+)$/;

/**
 * The features behind the columns of a model. A column that was made of a list (`user_hour_pattern_0`, `_1`, ..., one for each place)
 * belongs to the feature of the list. Names say what a feature is of.
 */
export function neededFeatures(columns: readonly string[]): NeededFeatures {
  const names = [...new Set(columns.map((column) => listOf(column, columns)?.name ?? column))];
  return { user: names.filter(isOfUser), item: names.filter((name) => !isOfUser(name)) };
}

/** Whether a feature, or a column made of one, is of the item alone. */
export function isOfItem(name: string): boolean {
  return !name.startsWith('user_');
}

function isOfUser(name: string): boolean {
  return name.startsWith('user_') && !name.startsWith('user_item_');
}

// A model has one list of columns for as long as it lives, and reading names out of it takes longer than a request should.
const NEEDS = new WeakMap<readonly string[], NeededFeatures>();

/** `neededFeatures` of a model's own list of columns, found once. */
export function needsOf(columns: readonly string[]): NeededFeatures {
  let needs = NEEDS.get(columns);
  if (needs === undefined) NEEDS.set(columns, (needs = neededFeatures(columns)));
  return needs;
}

/**
 * The inputs of a model: [rows x columns], NaN where a value is missing, was not read, or is no number. Rows are those of the table.
 * What is infinite stays so; the model cuts it.
 */
export function engagementInputs(
  columns: readonly string[],
  user: readonly UserFeature[],
  items: FeatureTable,
): Float32Array<ArrayBuffer> {
  const byName = new Map(user.map((feature) => [feature.name, feature]));
  const matrix = new Float32Array(items.rowCount * columns.length);
  for (const [at, column] of columns.entries()) {
    const from = columnOf(items, column);
    const ofUser = from < 0 ? numberOf(byName, column, columns) : Number.NaN;
    for (let row = 0; row < items.rowCount; row++) {
      matrix[row * columns.length + at] = from < 0 ? ofUser : items.values[row * items.names.length + from]!;
    }
  }
  return matrix;
}

/** The columns that stand for one feature each, in the order of the columns: those of a list are together. */
export function columnGroups(
  columns: readonly string[],
): readonly { readonly name: string; readonly columns: number[] }[] {
  const groups = new Map<string, number[]>();
  for (const [at, column] of columns.entries()) {
    const name = listOf(column, columns)?.name ?? column;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [at]);
    else group.push(at);
  }
  return Array.from(groups, ([name, group]) => ({ name, columns: group }));
}

/** The list that a column is a place of: there is no list without its first place. */
function listOf(
  column: string,
  columns: readonly string[],
): { readonly name: string; readonly place: number } | undefined {
  const [, name, place] = LIST_ENTRY.exec(column) ?? [];
  if (name === undefined || !columns.includes(`${name}_0`)) return undefined;
  return { name, place: Number(place) };
}

function numberOf(user: ReadonlyMap<string, UserFeature>, column: string, columns: readonly string[]): number {
  const own = user.get(column)?.value;
  if (typeof own === 'number') return own;
  const list = listOf(column, columns);
  const value = list === undefined ? undefined : user.get(list.name)?.value;
  const entry = Array.isArray(value) ? value[list!.place] : undefined;
  return typeof entry === 'number' ? entry : Number.NaN;
}
