/** The most characters (UTF-16 units) of a user, item or author id. */
export const MAX_ID_LENGTH = 256;

/**
 * What makes a text unusable as an id, or undefined. It runs for every id of every event, so it looks at character codes
 * instead of building a regular expression's match.
 *
 * U+FFFD is refused too: it is what a lone surrogate or broken UTF-8 becomes on the wire, and two different broken ids
 * would become one.
 */
export function idProblem(text: string, maxLength: number = MAX_ID_LENGTH): string | undefined {
  if (text.length === 0) return 'must not be empty';
  return shortTextProblem(text, maxLength);
}

/** The same for a text that may be empty. */
export function shortTextProblem(text: string, maxLength: number): string | undefined {
  if (text.length > maxLength) return `must have at most ${maxLength} characters, not ${text.length}`;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 'must not contain control characters';
    if (code >= 0xd800 && (code === 0xfffd || code < 0xe000)) {
      if (code === 0xfffd || !text.isWellFormed()) return 'must be valid Unicode, without lone surrogates or U+FFFD';
    }
  }
  return undefined;
}

/** What makes a long text (a title, a post) unusable, or undefined: it may have lines and tabs, but no NUL. */
export function longTextProblem(text: string, maxLength: number): string | undefined {
  if (text.length > maxLength) return `must have at most ${maxLength} characters, not ${text.length}`;
  if (text.includes('\0')) return 'must not contain NUL';
  if (!text.isWellFormed()) return 'must be valid Unicode, without lone surrogates';
  return undefined;
}
