import { invalidField } from './mapping';

const MAX_PAGE_SIZE = 1000;

/** How many rows a page has: what the caller asks for, within bounds, or the default for 0. */
export function pageSize(asked: number, byDefault: number): number {
  if (asked < 0) throw invalidField('page_size', 'must not be negative');
  return asked === 0 ? byDefault : Math.min(asked, MAX_PAGE_SIZE);
}

/** An opaque token (AIP-158) for the place where the next page begins. */
function pageToken(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place that a token stands for; undefined for the first page. */
export function placeOf(token: string, length: number): readonly (string | number)[] | undefined {
  if (token === '') return undefined;
  try {
    const place: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(place) && place.length === length) return place;
  } catch {
    // Falls through to the one sentence that helps.
  }
  throw invalidField('page_token', 'is not a token of this list; begin again without one');
}

/** The rows of one page and the token of the next, from a query that asked for one row more than the page has. */
export function page<Row>(rows: readonly Row[], size: number, placeAfter: (row: Row) => readonly (string | number)[]) {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return { rows: shown, nextPageToken: rows.length > size && last !== undefined ? pageToken(placeAfter(last)) : '' };
}
