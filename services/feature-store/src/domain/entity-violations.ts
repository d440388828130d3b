import type { FieldViolation } from '@attune/errors';
import type { Block, Follow, Item, User } from './entity';
import { MAX_FUTURE_MS } from './interaction-problems';
import { idProblem, longTextProblem, MAX_ID_LENGTH, shortTextProblem } from './usable-text';

const MAX_TITLE_LENGTH = 1_000;
const MAX_TEXT_LENGTH = 20_000;
const MAX_TAGS = 64;
const MAX_TAG_LENGTH = 128;
const MAX_MEDIA = 32;
const MAX_URL_LENGTH = 2_048;
const MAX_ATTRIBUTES = 64;
const MAX_ATTRIBUTE_KEY_LENGTH = 64;
const MAX_ATTRIBUTE_LENGTH = 1_024;

type Blame = (field: string, description: string | undefined) => void;

/** Everything that is wrong with users; `nowMs` bounds times. */
export function userViolations(users: readonly User[], nowMs: number): FieldViolation[] {
  return collect(users, 'users', (user, blame) => {
    blame('user_id', idProblem(user.userId));
    blame('created_at', timeProblem(user.createdAt, nowMs));
    listProblems(user.interests, 'interests', MAX_TAGS, MAX_TAG_LENGTH, blame);
    attributeProblems(user.attributes, blame);
  });
}

/** Everything that is wrong with items. An item may be published in the future; it may not be before the year 1. */
export function itemViolations(items: readonly Item[]): FieldViolation[] {
  return collect(items, 'items', (item, blame) => {
    blame('item_id', idProblem(item.itemId));
    blame('title', longTextProblem(item.title, MAX_TITLE_LENGTH));
    blame('text', longTextProblem(item.text, MAX_TEXT_LENGTH));
    listProblems(item.tags, 'tags', MAX_TAGS, MAX_TAG_LENGTH, blame);
    blame('category', shortTextProblem(item.category, MAX_TAG_LENGTH));
    blame('author_id', shortTextProblem(item.authorId, MAX_ID_LENGTH));
    blame('published_at', timeProblem(item.publishedAt, Number.POSITIVE_INFINITY));
    listProblems(item.mediaUrls, 'media_urls', MAX_MEDIA, MAX_URL_LENGTH, blame);
    attributeProblems(item.attributes, blame);
  });
}

/** Everything that is wrong with follows. */
export function followViolations(follows: readonly Follow[], nowMs: number): FieldViolation[] {
  return collect(follows, 'follows', (follow, blame) => {
    blame('follower_id', idProblem(follow.followerId));
    blame('followee_id', idProblem(follow.followeeId));
    if (follow.followerId === follow.followeeId) blame('followee_id', 'must be somebody else than the follower');
    blame('since', timeProblem(follow.since, nowMs));
  });
}

/** Everything that is wrong with blocks. A topic may be what a category or a tag of an item may be. */
export function blockViolations(blocks: readonly Block[], nowMs: number): FieldViolation[] {
  return collect(blocks, 'blocks', (block, blame) => {
    blame('user_id', idProblem(block.userId));
    if ((block.authorId === '') === (block.topic === '')) blame('target', 'must be an author_id or a topic');
    blame('author_id', shortTextProblem(block.authorId, MAX_ID_LENGTH));
    blame('topic', shortTextProblem(block.topic, MAX_TAG_LENGTH));
    blame('since', timeProblem(block.since, nowMs));
  });
}

function collect<T>(elements: readonly T[], list: string, check: (element: T, blame: Blame) => void): FieldViolation[] {
  const violations: FieldViolation[] = [];
  elements.forEach((element, index) => {
    check(element, (field, description) => {
      if (description !== undefined) violations.push({ field: `${list}[${index}].${field}`, description });
    });
  });
  return violations;
}

function timeProblem(time: Date | undefined, nowMs: number): string | undefined {
  if (time === undefined) return undefined;
  if (Number.isNaN(time.getTime())) return 'must be a valid time';
  if (time.getUTCFullYear() < 1 || time.getUTCFullYear() > 9_999) return 'must lie in the years 1 to 9999';
  if (time.getTime() > nowMs + MAX_FUTURE_MS) return 'must not be more than 5 minutes in the future';
  return undefined;
}

function listProblems(texts: readonly string[], field: string, maxCount: number, maxLength: number, blame: Blame) {
  if (texts.length > maxCount) return blame(field, `must have at most ${maxCount} entries, not ${texts.length}`);
  texts.forEach((text, index) => {
    blame(`${field}[${index}]`, idProblem(text, maxLength));
  });
}

function attributeProblems(attributes: Readonly<Record<string, string>>, blame: Blame) {
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) return blame('attributes', `must have at most ${MAX_ATTRIBUTES} entries`);
  entries.forEach(([key, value], index) => {
    const keyProblem = idProblem(key, MAX_ATTRIBUTE_KEY_LENGTH);
    if (keyProblem !== undefined) blame('attributes', `key ${index + 1} ${keyProblem}`);
    else blame(`attributes.${key}`, longTextProblem(value, MAX_ATTRIBUTE_LENGTH));
  });
}
