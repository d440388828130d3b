import { CONTENT_TYPES } from './blocks/item-facts';
import { MAX_TOPICS } from './blocks/recent-positives';
import type { Item, User } from './entity';
import type { Change, ItemFacts, UserFacts } from './facts';
import { idHash } from './id-hash';
import { readingEase } from './reading-ease';
import { sentimentOf } from './sentiment';

const VIDEO = /\.(mp4|m4v|mov|webm|mkv|avi|m3u8|mpd)(\?|#|$)/i;

/** Which change of an entity it is. */
export interface ProfileChange {
  readonly acceptedAt: Date;
  readonly eventId: string;
}

/** What features see of a user. */
export function userFactsOf(user: User, change: ProfileChange): UserFacts {
  const { consent, createdAt, interests, attributes } = user;
  return {
    ...changeOf(change),
    personalization: consent?.personalization === false,
    training: consent?.training === false,
    experiments: consent?.experiments === false,
    createdAtMs: createdAt?.getTime() ?? Number.NaN,
    trust: shareIn(attributes.trust_score),
    interests,
  };
}

/** What features see of an item. */
export function itemFactsOf(item: Item, change: ProfileChange): ItemFacts {
  const { category, tags, authorId, title, text, mediaUrls } = item;
  const words = [title, text].filter((part) => part !== '').join('. ');
  return {
    ...changeOf(change),
    publishedAtMs: item.publishedAt?.getTime() ?? Number.NaN,
    category,
    tags,
    authorId,
    authorKey: authorId === '' ? 0 : idHash(authorId),
    contentType: CONTENT_TYPES.indexOf(contentTypeOf(item)),
    contentLength: title.length + text.length,
    mediaCount: mediaUrls.length,
    sentiment: sentimentOf(words),
    readability: readingEase(words),
    topics: [...new Set([category, ...tags].filter((topic) => topic !== ''))].slice(0, MAX_TOPICS),
  };
}

function changeOf({ acceptedAt, eventId }: ProfileChange): Change {
  return { changedAtMs: acceptedAt.getTime(), tie: idHash(eventId) };
}

function contentTypeOf({ mediaUrls, title, text }: Item): (typeof CONTENT_TYPES)[number] {
  if (mediaUrls.some((url) => VIDEO.test(url))) return 'video';
  if (mediaUrls.length > 0) return 'image';
  return title === '' && text === '' ? 'unknown' : 'text';
}

function shareIn(text: string | undefined): number {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return value >= 0 && value <= 1 ? value : Number.NaN;
}
