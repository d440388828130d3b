import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_BOUNDS, type DriftBounds } from '@attune/drift';
import { AppError } from '@attune/errors';
import { compareColumn } from './compare-column';
import type { FileColumn, FileDrift, FileDriftQuestion } from './file-drift';
import { type ColumnFile, readColumns } from './read-columns';

/** The chance that one kind of test alarms for any column of files that do not differ; divided by the number of columns (Bonferroni). */
const FAMILY_SIGNIFICANCE = 0.005;

/** Reads two files and says which columns have drifted. Throws `invalid.*` for files that cannot be compared. */
export async function compareFiles(question: FileDriftQuestion, signal: AbortSignal): Promise<FileDrift> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-drift-'));
  try {
    const reference = await readColumns(question.reference, { folder, name: 'reference' }, signal);
    const current = await readColumns(question.current, { folder, name: 'current' }, signal);
    return compare(reference, current);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function compare(reference: ColumnFile, current: ColumnFile): FileDrift {
  const names = [...reference.columns.keys()];
  const common = names.filter((name) => current.columns.has(name));
  if (common.length === 0) throw nothingInCommon(reference, current);
  const bounds = { ...DEFAULT_BOUNDS, significance: FAMILY_SIGNIFICANCE / common.length };
  const columns = common.map((name) => takeColumn(name, { reference, current }, bounds));
  const known = {
    driftedColumns: columns.filter(({ drifted }) => drifted).map(({ name }) => name),
    missingColumns: names.filter((name) => !current.columns.has(name)),
    newColumns: [...current.columns.keys()].filter((name) => !reference.columns.has(name)),
  };
  const isAlarm = known.driftedColumns.length + known.missingColumns.length > 0;
  const verdict = isAlarm
    ? 'drift'
    : columns.some((column) => column.verdict === 'no_drift')
      ? 'no_drift'
      : 'insufficient_data';
  return {
    ...{ verdict, drifted: isAlarm, summary: summaryOf(verdict, columns, known) },
    ...known,
    reference: factsOf(reference),
    current: factsOf(current),
    bounds,
    columns,
    warnings: [...reference.warnings, ...current.warnings],
  };
}

/** Compares a column and lets go of it: one pair at a time is in memory. */
function takeColumn(
  name: string,
  files: { readonly reference: ColumnFile; readonly current: ColumnFile },
  bounds: DriftBounds,
): FileColumn {
  using reference = files.reference.columns.get(name)!;
  using current = files.current.columns.get(name)!;
  return compareColumn(name, { reference, current }, bounds);
}

function summaryOf(
  verdict: FileDrift['verdict'],
  columns: readonly FileColumn[],
  { driftedColumns, missingColumns }: Pick<FileDrift, 'driftedColumns' | 'missingColumns'>,
): string {
  if (verdict === 'insufficient_data') return 'No column has enough comparable values in both files to be judged.';
  const judged = columns.filter((column) => column.verdict !== 'insufficient_data').length;
  const parts = [
    ...(driftedColumns.length > 0
      ? [`${driftedColumns.length} of ${judged} judged columns drifted: ${driftedColumns.join(', ')}`]
      : []),
    ...(missingColumns.length > 0 ? [`columns that the current file lacks: ${missingColumns.join(', ')}`] : []),
  ];
  return parts.length > 0 ? `${parts.join('; ')}.` : `None of ${judged} judged columns drifted.`;
}

function factsOf({ path: file, rowCount, skippedRows }: ColumnFile): FileDrift['reference'] {
  return { file, rowCount, skippedRows };
}

function nothingInCommon(reference: ColumnFile, current: ColumnFile): AppError {
  const names = ({ columns }: ColumnFile) => [...columns.keys()].slice(0, 5).join(', ');
  return new AppError(
    'invalid.file',
    `the files have no column in common: "${reference.path}" begins with ${names(reference)}, "${current.path}" with ${names(current)}`,
  );
}
