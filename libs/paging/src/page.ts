import { AppError } from '@attune/errors';

/** The most rows of a page, whatever is asked for. */
const MAX_PAGE_SIZE = 1_000;

/** Where a page ended: the values that its last row is sorted by. */
type Place = readonly (string | number)[];

/** How many rows a page has: what the caller asks for, within bounds, or the default for 0. */
export function pageSize(asked: number, byDefault: number): number {
  if (asked < 0) throw invalid('page_size', 'must not be negative');
  return asked === 0 ? byDefault : Math.min(asked, MAX_PAGE_SIZE);
}

/**
 * The place that a token stands for; undefined for the first page. `question` says what was asked for (list and filters): a token
 * fits only the question that it was made for.
 */
export function placeOf(token: string, question: string): Place | undefined {
  if (token === '') return undefined;
  try {
    const [asked, ...place] = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (asked === question && place.length > 0) return place;
  } catch {
    // Falls through to the one sentence that helps.
  }
  throw invalid('page_token', 'must be a next_page_token of the same question, unchanged');
}

/** The rows of one page and the token of the next, from a query that asked for one row more than the page has. */
export function page<Row>(
  rows: readonly Row[],
  { size, question, placeAfter }: { size: number; question: string; placeAfter: (row: Row) => Place },
): { readonly rows: readonly Row[]; readonly nextPageToken: string } {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  const token = (row: Row) => Buffer.from(JSON.stringify([question, ...placeAfter(row)])).toString('base64url');
  return { rows: shown, nextPageToken: rows.length > size && last !== undefined ? token(last) : '' };
}

function invalid(field: string, description: string): AppError {
  return new AppError(`invalid.${field}`, `${field} ${description}`, { violations: [{ field, description }] });
}
