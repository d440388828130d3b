import { page, pageSize, placeOf } from './page';

const letters = ['a', 'b', 'c', 'd', 'e'];

/** Reads a list of letters page by page, as a handler does. */
function read(token: string, size: number, question = 'letters') {
  const after = placeOf(token, question)?.[0] ?? '';
  const rest = letters.filter((letter) => letter > String(after)).slice(0, size + 1);
  return page(rest, { size, question, placeAfter: (letter) => [letter] });
}

describe('pages', () => {
  it('lead through a list without a gap or a repetition', () => {
    const first = read('', 2);
    const second = read(first.nextPageToken, 2);
    const third = read(second.nextPageToken, 2);
    expect([first.rows, second.rows, third.rows].flat()).toEqual(letters);
    expect(third.nextPageToken).toBe('');
  });

  it('end without a token when the last page is full', () => {
    expect(read('', 5).nextPageToken).toBe('');
  });

  it.each([['garbage'], ['W10'], ['bnVsbA']])('refuse the token %s', (token) => {
    expect(() => read(token, 2)).toThrow(/page_token must be a next_page_token/);
  });

  it('refuse a token of another question', () => {
    expect(() => read(read('', 2).nextPageToken, 2, 'digits')).toThrow(/same question/);
  });

  it('have the default size for 0, a bound above and refuse a negative size', () => {
    expect([pageSize(0, 50), pageSize(7, 50), pageSize(1e9, 50)]).toEqual([50, 7, 1000]);
    expect(() => pageSize(-1, 50)).toThrow(/page_size must not be negative/);
  });
});
