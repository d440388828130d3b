import { type Interactions, userOffsets } from '@attune/interactions';

const MOST_LABELS = 20;

/** Users of one kind among those of an evaluation. */
export interface UserSegment {
  readonly segment: string;
  readonly label: string;
  /** Places in the evaluation's users, ascending. */
  readonly places: Int32Array;
}

/**
 * Users by how much they did in the training (thirds of those who did something, and those who did nothing), and by given labels,
 * of which the twenty most frequent are told apart.
 */
export function userSegments(
  users: Int32Array,
  train: Interactions,
  labels: Readonly<Record<string, readonly string[]>> = {},
): UserSegment[] {
  const given = Object.entries(labels).flatMap(([segment, byUser]) =>
    byLabel(
      segment,
      Array.from(users, (user) => byUser[user] ?? ''),
    ),
  );
  return [...byLabel('activity', activityLabels(users, train)), ...given];
}

function activityLabels(users: Int32Array, train: Interactions): string[] {
  const offsets = userOffsets(train);
  const counts = Array.from(users, (user) => offsets[user + 1]! - offsets[user]!);
  const active = counts.filter((count) => count > 0).sort((a, b) => a - b);
  const [first = 0, second = 0] = [1, 2].map((third) => active[Math.floor((third * active.length) / 3)]);
  return counts.map((count) => {
    if (count === 0) return 'unseen';
    if (count < first) return `low (below ${first})`;
    return count < second ? `medium (${first} to ${second - 1})` : `high (from ${second})`;
  });
}

function byLabel(segment: string, labels: readonly string[]): UserSegment[] {
  const places = new Map<string, number[]>();
  labels.forEach((label, place) => {
    const known = places.get(label);
    if (known === undefined) places.set(label, [place]);
    else known.push(place);
  });
  return [...places]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST_LABELS)
    .map(([label, own]) => ({ segment, label: label === '' ? 'unknown' : label, places: Int32Array.from(own) }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}
