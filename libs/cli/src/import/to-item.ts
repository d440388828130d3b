import { common } from '@attune/contracts';
import { type Cells, parseTime } from './cells';
import type { Converted } from './to-interaction';

const MOST_TAGS = 64;

/** Turns a row into an item. Tags are separated by `|`, `;` or commas. */
export function toItem(cells: Cells): Converted<common.Item> {
  const { item, title = '', text = '', tags = '', category, author = '', time, media = '' } = cells.fields;
  if (item === undefined) return { problem: 'the item is empty' };
  const publishedAt = time === undefined ? undefined : parseTime(time);
  if (time !== undefined && publishedAt === undefined) return { problem: `"${time}" is not a time` };
  const allTags = [...new Set([...tags.split(/[|;,]/).map((tag) => tag.trim()), ...cells.flagTags])].filter(
    (tag) => tag !== '' && tag !== '(no genres listed)',
  );
  return {
    value: common.Item.fromPartial({
      itemId: item,
      title,
      text,
      tags: allTags.slice(0, MOST_TAGS),
      category: category ?? allTags[0] ?? '',
      authorId: author,
      ...(publishedAt === undefined ? {} : { publishedAt }),
      mediaUrls: media === '' ? [] : media.split('|'),
      attributes: { ...cells.attributes },
    }),
  };
}
