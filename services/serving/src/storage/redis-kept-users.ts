import type { Redis } from '@attune/redis';
import type { ItemCatalog } from '../item-ports';
import type { KeptUser } from '../user-ports';
import { PackedSeenItems } from './packed-seen-items';
import { refusedFrom } from './redis-consents';
import { FORGOTTEN_KEY } from './redis-forgotten-users';
import { learnedVectorFrom, learnedVectorKey } from './redis-learned-factors';
import { deedsFrom } from './redis-recents';
import { blocksFrom } from './redis-relations';
import { requireReady, valuesOf } from './redis-values';
import { userKey } from './user-keys';

/** What reading a user needs. */
export interface KeptUserParts {
  readonly redis: Redis;
  readonly catalog: ItemCatalog;
  readonly userKeyOf: (userId: string) => string;
}

/** A hide or a report speaks at least so strongly. */
const HIDE_STRENGTH = -2;

type Values = [
  seen: Buffer | null,
  shown: Buffer | null,
  hidden: string[],
  consent: string | null,
  blocks: Record<string, string>,
  recents: string | null,
  vector: string | null,
  forgotten: string | null,
];

/** Makes the function that reads all that a slate needs to know of a user in one round trip. */
export function makeReadKeptUser({ redis, catalog, userKeyOf }: KeptUserParts) {
  return async function readKeptUser(userId: string): Promise<KeptUser> {
    requireReady(redis);
    const pipeline = redis
      .pipeline()
      .getBuffer(userKey(userId, 'marks'))
      .getBuffer(userKey(userId, 'shown-marks'))
      .smembers(userKey(userId, 'hidden'))
      .get(userKey(userId, 'consent'))
      .hgetall(userKey(userId, 'blocks'))
      .get(userKey(userId, 'recents'))
      .get(learnedVectorKey(userKeyOf(userId)))
      .zscore(FORGOTTEN_KEY, userKeyOf(userId));
    const [seen, shown, hidden, consent, blocks, recents, vector, forgotten] = valuesOf(
      await pipeline.exec(),
    ) as Values;
    const said = opinions(catalog, hidden, recents);
    const blocked = blocksOf(catalog, blocks);
    const isProvisional = said.hidden.size < hidden.length || blocked?.isProvisional === true;
    const catchUp = () => {
      addNumbers(said.hidden, hidden, (itemId) => catalog.find(itemId));
      blocked?.catchUp();
    };
    return {
      seen: new PackedSeenItems(catalog, seen, shown),
      ...said,
      blockedAuthors: blocked?.authors,
      hiddenTopics: blocked?.topics,
      isProvisional,
      catchUp: isProvisional ? catchUp : undefined,
      vector: learnedVectorFrom(vector),
      refused: refusedFrom(consent),
      forgottenAt: forgotten === null ? undefined : new Date(Number(forgotten)),
    };
  };
}

/** What is blocked, by numbers of the catalog; undefined where not all of it is kept. */
function blocksOf(catalog: ItemCatalog, kept: Readonly<Record<string, string>>) {
  const names = blocksFrom(kept);
  if (names === undefined) return undefined;
  const authors = new Set<number>();
  const topics = new Set<number>();
  const catchUp = () => {
    addNumbers(authors, names.authors, (authorId) => catalog.findAuthor(authorId));
    addNumbers(topics, names.topics, (topic) => catalog.findTopic(topic));
  };
  catchUp();
  const isProvisional = authors.size < names.authors.length || topics.size < names.topics.length;
  return { authors, topics, isProvisional, catchUp };
}

function addNumbers(numbers: Set<number>, names: readonly string[], find: (name: string) => number): void {
  for (const name of names) {
    const number = find(name);
    if (number >= 0) numbers.add(number);
  }
}

function opinions(catalog: ItemCatalog, hiddenIds: readonly string[], kept: string | null) {
  // What nothing here has ever heard of cannot be proposed, and nobody shall fill the catalog with made-up ids.
  const hidden = new Set(hiddenIds.map((itemId) => catalog.find(itemId)).filter((item) => item >= 0));
  const deeds = deedsFrom(kept).flatMap(({ itemId, strength, atMs }) => {
    const item = catalog.find(itemId);
    return item < 0 ? [] : [{ item, strength, atMs }];
  });
  return {
    hidden,
    recents: deeds.filter(({ strength }) => strength > 0),
    // A hide that was taken back speaks against nothing.
    rejected: deeds.filter(({ item, strength }) => strength < 0 && (strength > HIDE_STRENGTH || hidden.has(item))),
  };
}
