import { AppError } from '@attune/errors';
import { CellCutter, separatorOf } from './cells';
import type { IdSpace } from './id-space';
import { readLines, textOf } from './read-lines';

/** What an item says about itself; fields that are unknown are empty. */
export interface ItemContent {
  readonly text: string;
  readonly tags: readonly string[];
  readonly category: string;
}

/** The content of known items, and how many have some. */
export interface ReadItems {
  /** By item index; empty content where the file says nothing of an item. */
  readonly items: readonly ItemContent[];
  /** Items of the interactions of which the file knows something. */
  readonly knownCount: number;
  readonly header: string;
}

type Field = 'item' | 'text' | 'tags' | 'category' | '-';

const WORDS: Readonly<Record<Exclude<Field, '-'>, readonly string[]>> = {
  item: 'item itemid id movieid artistid productid asin songid trackid bookid postid newsid articleid'.split(' '),
  text: 'text title name overview tagline description abstract body content summary caption'.split(' '),
  tags: 'tags genres genre keywords hashtags tag categories'.split(' '),
  category: 'category topic section subcategory channel language'.split(' '),
};

const NOTHING: ItemContent = { text: '', tags: [], category: '' };

/**
 * Reads what items say about themselves: a file with a header that names a column of item ids and columns of text (title,
 * overview, ...), tags (genres, keywords, ...; separated by `|`, `,` or `;`) and a category. Without a header the columns are
 * item, text and tags. Items without interactions are left out.
 */
export async function readItemsFile(path: string, ids: IdSpace, signal?: AbortSignal): Promise<ReadItems> {
  const contents: ItemContent[] = Array.from({ length: ids.items.length }, () => NOTHING);
  const layout: { cutter?: CellCutter; fields: readonly Field[]; header: string } = { fields: [], header: '' };
  const onLine = (bytes: Buffer, start: number, end: number) => {
    if (layout.cutter === undefined) {
      const first = textOf(bytes, start, end);
      layout.cutter = new CellCutter(separatorOf(first) ?? '\t');
      layout.cutter.cut(bytes, start, end);
      const named = fieldsOf(cellsOf(layout.cutter));
      layout.fields = named ?? ['item', 'text', 'tags'];
      layout.header = named === undefined ? '' : first;
      if (named !== undefined) return;
    }
    layout.cutter.cut(bytes, start, end);
    const cells = cellsOf(layout.cutter);
    const item = ids.itemIndex.find(cells[layout.fields.indexOf('item')] ?? '');
    if (item >= 0) contents[item] = contentOf(cells, layout.fields);
  };
  await readLines(path, onLine, signal);
  if (layout.cutter === undefined) throw new AppError('failed_precondition.dataset_empty', `"${path}" has no items`);
  return {
    items: contents,
    knownCount: contents.filter((content) => content !== NOTHING).length,
    header: layout.header,
  };
}

function cellsOf(cutter: CellCutter): string[] {
  return Array.from({ length: Math.min(64, cutter.count) }, (_, cell) => cutter.text(cell));
}

function fieldsOf(header: readonly string[]): readonly Field[] | undefined {
  const fields = header.map((title): Field => {
    const plain = title
      .toLowerCase()
      .replace(/:.*$/, '')
      .replace(/[^a-z]/g, '');
    return (Object.entries(WORDS).find(([, words]) => words.includes(plain))?.[0] as Field | undefined) ?? '-';
  });
  const item = fields.indexOf('item');
  if (item < 0 || fields.every((field) => field === 'item' || field === '-')) return undefined;
  // a second column of ids, for instance of another catalogue, is no content
  return fields.map((field, index) => (field === 'item' && index !== item ? '-' : field));
}

function contentOf(cells: readonly string[], fields: readonly Field[]): ItemContent {
  const of = (wanted: Field) =>
    fields.flatMap((field, index) => (field === wanted && cells[index] ? [cells[index]] : []));
  const tags = of('tags').flatMap((text) => text.split(/[|,;]/).map((tag) => tag.trim().toLowerCase()));
  return {
    text: of('text').join('\n'),
    tags: [...new Set(tags.filter((tag) => tag !== '' && tag !== '(no genres listed)'))],
    category: of('category')[0] ?? '',
  };
}
