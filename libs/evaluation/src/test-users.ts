import { type Interactions, userOffsets } from '@attune/interactions';

/** The test interactions that are asked about, by user. */
export interface TestUsers {
  /** [users], ascending: those with at least one question. */
  readonly users: Int32Array;
  /** [users + 1]: the questions of the user at place p are `offsets[p] .. offsets[p + 1]`. */
  readonly offsets: Int32Array;
  /** [questions], ascending within a user. */
  readonly items: Int32Array;
  /** [questions]: the place of each in the test interactions. */
  readonly entries: Int32Array;
  /** Test interactions that the training has too. */
  readonly alsoInTraining: number;
}

/** The test interactions by user, without those that the training has too unless `keepKnown`. */
export function testUsers(train: Interactions, test: Interactions, keepKnown = false): TestUsers {
  const isKnown = keepKnown ? () => false : knownPairs(train);
  const users: number[] = [];
  const offsets: number[] = [0];
  const entries = new Int32Array(test.userIndex.length);
  let count = 0;
  for (let entry = 0; entry < entries.length; entry++) {
    const user = test.userIndex[entry]!;
    if (isKnown(user, test.itemIndex[entry]!)) continue;
    if (users[users.length - 1] !== user) {
      users.push(user);
      offsets.push(count);
    }
    entries[count++] = entry;
    offsets[users.length] = count;
  }
  const kept = entries.slice(0, count);
  return {
    users: Int32Array.from(users),
    offsets: Int32Array.from(offsets),
    items: Int32Array.from(kept, (entry) => test.itemIndex[entry]!),
    entries: kept,
    alsoInTraining: entries.length - count,
  };
}

function knownPairs(train: Interactions): (user: number, item: number) => boolean {
  const offsets = userOffsets(train);
  return (user, item) => {
    let [low, high] = [offsets[user] ?? 0, (offsets[user + 1] ?? 0) - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = train.itemIndex[middle]!;
      if (found === item) return true;
      if (found < item) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  };
}
