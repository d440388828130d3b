import { AppError } from '@attune/errors';

/** Where a page ended: the name of its last element, and what was asked for, so that a token fits only the same question. */
export interface PageEnd {
  readonly after: string;
  readonly question: string;
}

/** Writes a page token (AIP-158): opaque to callers, never a promise about its content. */
export function pageToken(end: PageEnd): string {
  return Buffer.from(JSON.stringify([1, end.question, end.after])).toString('base64url');
}

/** The name after which the page begins; empty for the first page. Throws when the token is not ours or is for another question. */
export function afterOf(token: string, question: string): string {
  if (token === '') return '';
  try {
    const [version, asked, after] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (version === 1 && asked === question && typeof after === 'string') return after;
  } catch {
    // Not JSON: the same answer as for a token of another question.
  }
  const description = 'must be a next_page_token of the same question, unchanged';
  throw new AppError('invalid.page_token', `page_token ${description}`, {
    violations: [{ field: 'page_token', description }],
  });
}
