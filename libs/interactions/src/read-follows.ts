import { buildCsr, type Csr } from '@attune/kernels';
import { buildInteractions } from './build-interactions';
import { IdSpace } from './id-space';
import { readInteractionFiles } from './read-interactions';

/** Who follows whom among users that are known, and what was left out. */
export interface ReadFollows {
  /** Row u has the users that u follows, ascending, each once, with the weight 1. */
  readonly follows: Csr;
  /** Rows that name a user of whom there are no interactions. */
  readonly strangerCount: number;
  /** Rows in which somebody follows themselves. */
  readonly selfCount: number;
  readonly duplicateCount: number;
}

/** Reads `user<TAB>user` rows. Circles are what friendships look like; who follows themselves says nothing and is left out. */
export async function readFollowsFile(path: string, ids: IdSpace, signal?: AbortSignal): Promise<ReadFollows> {
  const { parts, ids: own, reports } = await readInteractionFiles([path], { ids: new IdSpace(), signal });
  const rows = parts[0]!;
  const from = own.users.map((user) => ids.userIndex.find(user));
  const to = own.items.map((user) => ids.userIndex.find(user));
  const pairs = { follower: [] as number[], followed: [] as number[] };
  let [strangerCount, selfCount] = [0, 0];
  for (let e = 0; e < rows.userIndex.length; e++) {
    const [follower, followed] = [from[rows.userIndex[e]!]!, to[rows.itemIndex[e]!]!];
    if (follower < 0 || followed < 0) strangerCount++;
    else if (follower === followed) selfCount++;
    else {
      pairs.follower.push(follower);
      pairs.followed.push(followed);
    }
  }
  const follows = followsMatrix(pairs, ids.users.length);
  return { follows, strangerCount, selfCount, duplicateCount: reports[0]!.duplicateCount };
}

/** Row u has the users that u follows, ascending, each once, with the weight 1. Pair p is that `follower[p]` follows `followed[p]`. */
export function followsMatrix(
  { follower, followed }: { readonly follower: readonly number[]; readonly followed: readonly number[] },
  userCount: number,
): Csr {
  const { interactions } = buildInteractions({
    userCount,
    itemCount: userCount,
    userIndex: Int32Array.from(follower),
    itemIndex: Int32Array.from(followed),
  });
  return buildCsr({ rowCount: userCount, rows: interactions.userIndex, columns: interactions.itemIndex });
}
