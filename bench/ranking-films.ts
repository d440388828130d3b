// Ratings of films by time, in the form of the simulated feed: models learn from the older four fifths of each user's ratings, and the
// films of the newest fifth that were liked are to be found. Films have no authors, nobody follows anybody, and what is truly liked is
// not known.
import {
  filterInteractions,
  type Interactions,
  readInteractionFiles,
  readItemsFile,
  userOffsets,
} from '@attune/interactions';
import { FeedFeatures } from './ranking-features.ts';
import { type Act, type Feed, groupedItems } from './ranking-feed.ts';

const LIKED = 4;

/** Reads ratings (user, item, rating, time) and what the films are about. */
export async function readFilms(ratingsPath: string, itemsPath: string, mostUsers: number): Promise<Feed> {
  const { ids, parts } = await readInteractionFiles([ratingsPath]);
  const { items: contents } = await readItemsFile(itemsPath, ids);
  const all = parts[0]!;
  const isNew = newestFifth(all);
  const training = filterInteractions(all, (entry) => isNew[entry] === 0);
  const actsOf = (interactions: Interactions): Act[] =>
    Array.from(interactions.userIndex, (user, entry) => ({
      ...{ user, item: interactions.itemIndex[entry]!, timeMs: interactions.timeMs[entry]! },
      ...{
        type: interactions.value[entry]! >= LIKED ? 'like' : 'view',
        strength: (interactions.value[entry]! - 3) / 2,
      },
    })).sort((a, b) => a.timeMs - b.timeMs);
  const past = actsOf(training);
  const atMs = Math.max(...past.map(({ timeMs }) => timeMs));
  const topics = contents!.map(({ category, tags }) => [...new Set([category || tags[0] || '', ...tags])]);
  const users = ids.users.slice(0, mostUsers);
  const followees = ids.users.map(() => new Set<number>());
  const features = new FeedFeatures({
    topics,
    authors: ids.items.map((_, item) => item),
    publishedAtMs: ids.items.map(() => 0),
    followees,
    userCount: ids.users.length,
  });
  for (const act of past) features.observe(act);
  return {
    ...{ atMs, trainedAtMs: atMs, features, past, followees, training },
    itemFacts: ids.items.map((itemId, item) => ({
      ...{ itemId, authorId: '', title: '', text: '', tags: topics[item]!.slice(1), category: topics[item]![0]! },
      publishedAt: new Date(0),
    })),
    userFacts: users.map((userId) => ({
      userId,
      createdAt: new Date(0),
      interests: [],
      attributes: { country: '', language: '', ageBand: '' },
    })),
    contents: [...contents!],
    likedLater: groupedItems(
      actsOf(filterInteractions(all, (entry) => isNew[entry] === 1 && all.value[entry]! >= LIKED)),
    ),
    affinity: () => Number.NaN,
    examples: () => undefined,
  };
}

function newestFifth(all: Interactions): Uint8Array {
  const offsets = userOffsets(all);
  const isNew = new Uint8Array(all.userIndex.length);
  for (let user = 0; user < all.userCount; user++) {
    const own = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, at) => offsets[user]! + at);
    own.sort((a, b) => all.timeMs[b]! - all.timeMs[a]! || b - a);
    for (const entry of own.slice(0, Math.floor(own.length / 5))) isNew[entry] = 1;
  }
  return isNew;
}
