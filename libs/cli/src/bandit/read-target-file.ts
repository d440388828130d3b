import { AppError } from '@attune/errors';
import { type LogFile, numberedIn } from './read-log-file';
import { numberOf, readTable } from './read-table';

/** How far the probabilities of a position may be from adding up to 1: six digits are enough. */
const SUM_TOLERANCE = 1e-4;

/** [positions, items]: the table for so many items; one row of it where the file has no positions. */
export type ProbabilityTable = (itemCount: number) => Float64Array;

/** What a line of the file says. */
interface Entry {
  readonly item: number;
  readonly probability: number;
}

/**
 * Reads the probabilities of a target policy: item_id, probability and, where they differ by it, position. Items that a position does not
 * name have the probability 0 there. They must add up to 1 for each position, to 1e-4, and are scaled to do so exactly. Throws
 * `invalid.file`.
 */
export async function readTargetFile(path: string, log: LogFile, signal: AbortSignal): Promise<ProbabilityTable> {
  const byPosition = new Map<string | undefined, Map<number, Entry>>();
  const columns = { required: ['item_id', 'probability'], optional: ['position'] };
  await readTable({ path, signal, ...columns }, ([item, text, position]) => {
    if (item === '') return 'has no item_id';
    if (position === '') return 'has no position';
    const probability = numberOf(text);
    if (probability === undefined || probability < 0 || probability > 1) {
      return `has the probability "${text}", which must be from 0 to 1`;
    }
    const number = numberedIn(log.items, item!);
    const entries = byPosition.get(position) ?? new Map<number, Entry>();
    if (entries.has(number)) return `names item "${item}" a second time${inPosition(position)}`;
    byPosition.set(position, entries.set(number, { item: number, probability }));
    return undefined;
  });
  for (const [position, entries] of byPosition) checkSum(path, position, entries);
  const isEverywhere = byPosition.has(undefined);
  if (!isEverywhere && log.positions.includes('')) {
    throw new AppError('invalid.file', `"${path}" has probabilities by position, and the log has no column position`);
  }
  const rows = isEverywhere ? [undefined] : log.positions;
  const missing = rows.filter((position) => !byPosition.has(position));
  if (missing.length > 0) {
    throw new AppError('invalid.file', `"${path}" has no probabilities for the log's position ${missing.join(', ')}`);
  }
  return (itemCount) =>
    tableOf(
      rows.map((position) => byPosition.get(position)!),
      itemCount,
    );
}

function tableOf(rows: readonly ReadonlyMap<number, Entry>[], itemCount: number): Float64Array {
  const table = new Float64Array(rows.length * itemCount);
  for (const [row, entries] of rows.entries()) {
    const sum = sumOf(entries);
    for (const { item, probability } of entries.values()) table[row * itemCount + item] = probability / sum;
  }
  return table;
}

function checkSum(path: string, position: string | undefined, entries: ReadonlyMap<number, Entry>): void {
  const sum = sumOf(entries);
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return;
  const said = `add up to ${Number(sum.toPrecision(6))}${inPosition(position)}, and must to 1`;
  throw new AppError('invalid.file', `the probabilities of "${path}" ${said}`, {
    violations: [{ field: 'probability', description: said }],
  });
}

function sumOf(entries: ReadonlyMap<number, Entry>): number {
  return Array.from(entries.values()).reduce((sum, { probability }) => sum + probability, 0);
}

function inPosition(position: string | undefined): string {
  return position === undefined ? '' : ` in position ${position}`;
}
