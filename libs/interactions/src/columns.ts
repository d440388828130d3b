import { AppError } from '@attune/errors';

/** What a column of an interactions file holds; '-' is ignored. */
export type Column = 'user' | 'item' | 'value' | 'time' | '-';

/** The order of columns where nothing else is said. */
export const PLAIN_COLUMNS: readonly Column[] = ['user', 'item', 'value', 'time'];

/** Words under which files in the wild know the columns, without their capitals, blanks and underlines. */
const WORDS: Readonly<Record<Exclude<Column, '-'>, readonly string[]>> = {
  user: 'user userid uid userkey reviewerid customerid memberid visitorid personid follower'.split(' '),
  item: (
    'item itemid iid movie movieid artist artistid product productid asin song songid track trackid book bookid post ' +
    'postid news newsid article articleid venueid businessid locationid gameid appid contentid'
  ).split(' '),
  value: 'rating ratings score stars value weight count playcount plays listens overall strength preference'.split(' '),
  time: 'time timestamp ts date datetime createdat occurredat unixreviewtime'.split(' '),
};

/** The columns that a header names, or undefined where the cells are no header. */
export function columnsOfHeader(cells: readonly string[]): readonly Column[] | undefined {
  const named = cells.map(columnOfWord);
  const knownCount = named.filter((column) => column !== '-').length;
  const hasNumber = cells.some((cell) => cell !== '' && Number.isFinite(Number(cell)));
  // one word alone may be an id: somebody's item may be called "book"
  if (hasNumber || !(named.includes('user') || knownCount > 1)) return undefined;
  const isWhole = named.includes('user') && named.includes('item');
  // a header with words of its own, for instance "user,friend": the usual order
  return isWhole ? firstOfEach(named) : PLAIN_COLUMNS.slice(0, Math.max(2, Math.min(4, cells.length)));
}

/** Reads `user,item,time`: which column holds what. */
export function parseColumns(text: string): readonly Column[] {
  const columns = text.split(',').map((word): Column => {
    const column = word.trim() === '-' ? '-' : columnOfWord(word);
    if (column === '-' && word.trim() !== '-') {
      throw new AppError(
        'invalid.columns',
        `"${word}" is not a column: use user, item, rating, time or - to ignore it`,
      );
    }
    return column;
  });
  if (!columns.includes('user') || !columns.includes('item')) {
    throw new AppError('invalid.columns', `"${text}" needs a column user and a column item`);
  }
  return columns;
}

function columnOfWord(word: string): Column {
  // "user_id:token" is how RecBole writes a header
  const plain = word
    .toLowerCase()
    .replace(/:.*$/, '')
    .replace(/[^a-z]/g, '');
  const found = Object.entries(WORDS).find(([, words]) => words.includes(plain));
  return (found?.[0] as Column | undefined) ?? '-';
}

function firstOfEach(columns: readonly Column[]): readonly Column[] {
  return columns.map((column, index) => (columns.indexOf(column) === index ? column : '-'));
}
