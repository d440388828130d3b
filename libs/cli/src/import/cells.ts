import type { Column } from './columns';

/** The cells of one row by field, with attributes and flag tags. */
export interface Cells {
  readonly fields: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly flagTags: readonly string[];
}

/** Sorts the cells of a row by what their columns mean. */
export function cellsOf(row: readonly string[], columns: readonly Column[]): Cells {
  const fields: Record<string, string> = {};
  const attributes: Record<string, string> = {};
  const flagTags: string[] = [];
  // Runs for every cell of a file.
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const cell = row[index];
    if (cell === undefined || cell === '' || column.kind === 'ignored') continue;
    if (column.kind === 'attribute') attributes[column.name] = cell;
    else if (column.kind === 'tag') {
      if (isSet(cell)) flagTags.push(column.tag);
    } else fields[column.field] = fields[column.field] === undefined ? cell : `${fields[column.field]}|${cell}`;
  }
  return { fields, attributes, flagTags };
}

function isSet(cell: string): boolean {
  return cell === '1' || cell.toLowerCase() === 'true' || cell.toLowerCase() === 'yes';
}

/**
 * A moment as files write it: seconds or milliseconds since 1970, ISO 8601, or MovieLens' `01-Jan-1995`. Undefined where
 * it is none.
 */
export function parseTime(text: string): Date | undefined {
  const trimmed = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) {
    const number = Number(trimmed);
    // 1e11 seconds is the year 5138, 1e11 milliseconds is 1973: no data set lies on the other side of either.
    return new Date(Math.abs(number) < 1e11 ? number * 1000 : number);
  }
  const date = new Date(trimmed.includes('T') || /[a-z]/i.test(trimmed) ? trimmed : `${trimmed.replace(' ', 'T')}Z`);
  const fallback = Number.isNaN(date.getTime()) ? new Date(`${trimmed} UTC`) : date;
  return Number.isNaN(fallback.getTime()) ? undefined : fallback;
}
