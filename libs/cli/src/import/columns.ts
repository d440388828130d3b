import { AppError } from '@attune/errors';

/** What a column of an interactions file can hold. */
const INTERACTION_FIELDS = [
  'user',
  'item',
  'type',
  'rating',
  'weight',
  'time',
  'event',
  'decision',
  'surface',
] as const;

/** What a column of an items file can hold. */
const ITEM_FIELDS = ['item', 'title', 'text', 'tags', 'category', 'author', 'time', 'media'] as const;

/** Words under which files in the wild know the fields; a header row with them needs no --columns. */
const SYNONYMS: Readonly<Record<string, string>> = {
  userid: 'user',
  uid: 'user',
  itemid: 'item',
  movieid: 'item',
  productid: 'item',
  postid: 'item',
  trackid: 'item',
  artistid: 'item',
  score: 'rating',
  stars: 'rating',
  value: 'weight',
  count: 'weight',
  playcount: 'weight',
  timestamp: 'time',
  ts: 'time',
  date: 'time',
  datetime: 'time',
  createdat: 'time',
  publishedat: 'time',
  name: 'title',
  description: 'text',
  overview: 'text',
  genres: 'tags',
  hashtags: 'tags',
  keywords: 'tags',
  authorid: 'author',
  event: 'type',
  action: 'type',
};

/** The meaning of one column: a field, an attribute, a flag that adds a tag, or nothing. */
export type Column =
  | { readonly kind: 'field'; readonly field: string }
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'ignored' };

/** Which fields a file of this kind may have, and which it must. */
export interface FileKind {
  readonly name: 'interactions' | 'items';
  readonly fields: readonly string[];
  readonly required: readonly string[];
}

/** Files of interactions. */
export const INTERACTIONS: FileKind = { name: 'interactions', fields: INTERACTION_FIELDS, required: ['user', 'item'] };

/** Files of items. */
export const ITEMS: FileKind = { name: 'items', fields: ITEM_FIELDS, required: ['item'] };

/** Reads `user,item,rating,time`: a field, `-` to ignore, `attr:NAME` for an attribute, `tag:NAME` for a 0/1 flag. */
export function parseColumns(spec: string, kind: FileKind): readonly Column[] {
  const columns = spec.split(',').map((word) => parseColumn(word.trim(), kind));
  return checked(columns, kind, `--columns "${spec}"`);
}

/** The columns that a header row names; columns that nobody knows are ignored. */
export function columnsOfHeader(header: readonly string[], kind: FileKind): readonly Column[] {
  const columns = header.map((title): Column => {
    const field = fieldOfTitle(title, kind);
    return field === undefined ? { kind: 'ignored' } : { kind: 'field', field };
  });
  return checked(columns, kind, `the header row "${header.join(',')}"`);
}

/** Whether a row is a header: it names fields where rows have values. */
export function looksLikeHeader(
  row: readonly string[],
  columns: readonly Column[] | undefined,
  kind: FileKind,
): boolean {
  if (columns === undefined) return row.some((title) => fieldOfTitle(title, kind) !== undefined);
  return columns.some((column, index) => {
    if (column.kind !== 'field') return false;
    const cell = row[index] ?? '';
    if (column.field === 'rating' || column.field === 'weight') return cell !== '' && !Number.isFinite(Number(cell));
    return fieldOfTitle(cell, kind) === column.field;
  });
}

function fieldOfTitle(title: string, kind: FileKind): string | undefined {
  const word = title
    .trim()
    .toLowerCase()
    .replace(/[\s_-]/g, '');
  if (kind.fields.includes(word)) return word;
  const field = SYNONYMS[word] ?? (word === 'id' && kind.name === 'items' ? 'item' : undefined);
  return field !== undefined && kind.fields.includes(field) ? field : undefined;
}

function parseColumn(word: string, kind: FileKind): Column {
  if (word === '-' || word === '') return { kind: 'ignored' };
  if (word.startsWith('attr:')) return { kind: 'attribute', name: word.slice(5) };
  if (word.startsWith('tag:') && kind.name === 'items') return { kind: 'tag', tag: word.slice(4) };
  const field = kind.fields.includes(word) ? word : fieldOfTitle(word, kind);
  if (field !== undefined) return { kind: 'field', field };
  throw new AppError(
    'invalid.columns',
    `"${word}" is not a column of ${kind.name}; use ${kind.fields.join(', ')}, attr:NAME${kind.name === 'items' ? ', tag:NAME' : ''} or - to ignore it`,
  );
}

function checked(columns: readonly Column[], kind: FileKind, source: string): readonly Column[] {
  const fields = columns.flatMap((column) => (column.kind === 'field' ? [column.field] : []));
  const missing = kind.required.filter((field) => !fields.includes(field));
  const twice = fields.filter((field, index) => field !== 'tags' && fields.indexOf(field) !== index);
  if (missing.length > 0) {
    const example = kind.name === 'interactions' ? 'user,item,rating,time' : 'item,title,text,tags';
    throw new AppError(
      'invalid.columns',
      `${source} has no column ${missing.join(' and ')}; name the columns, for instance --columns ${example}`,
    );
  }
  if (twice.length > 0) throw new AppError('invalid.columns', `${source} names ${twice.join(', ')} twice`);
  return columns;
}
