import { AppError } from '@attune/errors';
import type { Csr } from '@attune/kernels';

/**
 * Preferences with side information (Jeunen et al. 2020, "Closed-form models for collaborative filtering with side-information"): row
 * u also says whom u follows, as the column itemCount + v with the value `weight` for each followed v. A regression of items on these columns
 * learns what it means for an item that somebody is followed; users without a history have scores by whom they follow.
 */
export function withFollows(preferences: Csr, itemCount: number, follows: Csr, weight: number): Csr {
  const { rowCount, offsets, indices, values } = preferences;
  if (follows.rowCount !== rowCount) {
    throw new AppError('invalid.dataset', `follows are of ${follows.rowCount} users, interactions of ${rowCount}`);
  }
  const followed = Array.from({ length: rowCount }, (_, user) => followedBy(follows, user));
  const total = followed.reduce((sum, users) => sum + users.length, indices.length);
  const joined = {
    rowCount,
    offsets: new Int32Array(rowCount + 1),
    indices: new Int32Array(total),
    values: new Float32Array(total),
  };
  let at = 0;
  for (const [user, users] of followed.entries()) {
    const [first, last] = [offsets[user]!, offsets[user + 1]!];
    joined.indices.set(indices.subarray(first, last), at);
    joined.values.set(values.subarray(first, last), at);
    at += last - first;
    for (const other of users) {
      joined.indices[at] = itemCount + other;
      joined.values[at++] = weight;
    }
    joined.offsets[user + 1] = at;
  }
  return joined;
}

/** Whom a user follows, ascending, each once, without the user. */
function followedBy({ rowCount, offsets, indices }: Csr, user: number): number[] {
  const own = new Set(indices.subarray(offsets[user]!, offsets[user + 1]!));
  own.delete(user);
  for (const other of own) {
    if (other < 0 || other >= rowCount)
      throw new AppError('invalid.dataset', `user ${other} of ${rowCount} is followed`);
  }
  return [...own].sort((a, b) => a - b);
}
