import { AppError } from '@attune/errors';
import { columnsOfHeader, INTERACTIONS, ITEMS, looksLikeHeader, parseColumns } from './columns';

describe('columns', () => {
  it('reads fields, ignored columns, attributes and flags', () => {
    expect(parseColumns('item,title,-,attr:year,tag:Action', ITEMS)).toEqual([
      { kind: 'field', field: 'item' },
      { kind: 'field', field: 'title' },
      { kind: 'ignored' },
      { kind: 'attribute', name: 'year' },
      { kind: 'tag', tag: 'Action' },
    ]);
  });

  it('understands the header rows that public data sets have', () => {
    const columns = columnsOfHeader(['userId', 'movieId', 'rating', 'timestamp'], INTERACTIONS);
    expect(columns.map((column) => column.kind === 'field' && column.field)).toEqual([
      'user',
      'item',
      'rating',
      'time',
    ]);
  });

  it('says which column is missing', () => {
    expect(() => parseColumns('user,rating', INTERACTIONS)).toThrow(/no column item/);
  });

  it('refuses a word that is no column and lists those there are', () => {
    expect(() => parseColumns('user,item,colour', INTERACTIONS)).toThrow(AppError);
    expect(() => parseColumns('user,item,colour', INTERACTIONS)).toThrow(/"colour".*weight/);
  });

  it('takes a first row of words for a header and a first row of values for data', () => {
    const columns = parseColumns('user,item,rating,time', INTERACTIONS);
    expect(looksLikeHeader(['userId', 'movieId', 'rating', 'timestamp'], columns, INTERACTIONS)).toBe(true);
    expect(looksLikeHeader(['196', '242', '3', '881250949'], columns, INTERACTIONS)).toBe(false);
  });

  it('recognizes a header by the names of text columns alone', () => {
    const columns = parseColumns('user,item', INTERACTIONS);
    expect(looksLikeHeader(['user', 'item'], columns, INTERACTIONS)).toBe(true);
    expect(looksLikeHeader(['alice', 'p1'], columns, INTERACTIONS)).toBe(false);
  });
});
