import type { FairnessMeasure, FairnessMeasureName } from './audit';
import { ratioToWhole, type UserSums } from './cluster-ratio';

/** With fewer slates, or users, of a group nothing is told. */
const LEAST = { slates: 100, users: 20, engaged: 20 } as const;
const MOST_GROUPS = 50;

/** What slates of one user come to: of user groups all of them, of author groups the part of a group. */
export interface GroupSums {
  readonly userKey: string;
  /** Empty where the group is not known: it counts to the whole alone. */
  readonly group: string;
  readonly slates: number;
  /** Slates that are neither a fallback nor degraded. */
  readonly fullSlates: number;
  readonly shownItems: number;
  /** Places of shown items, each weighted by 1 / log2(place + 1). */
  readonly exposure: number;
  /** Slates with an item that was engaged with; of author groups, items that were. */
  readonly engaged: number;
  /** The weight of the best place of an engaged item, summed over these. */
  readonly engagedWeight: number;
  /** The weights of all places of engaged items. */
  readonly engagedExposure: number;
}

interface Recipe {
  readonly measure: FairnessMeasureName;
  readonly num: (sums: GroupSums) => number;
  readonly den: (sums: GroupSums) => number;
  /** Whether it rests on what users did. */
  readonly needsEngagement: boolean;
}

/**
 * Of groups of users. Demographic parity: the share of slates made in full. Equal opportunity: of slates with something that the user
 * engaged with, how far up it stood. Exposure fairness: how much of the exposure, weighted by place, met with engagement.
 */
const OF_USERS: readonly Recipe[] = [
  { measure: 'demographic_parity', num: (s) => s.fullSlates, den: (s) => s.slates, needsEngagement: false },
  { measure: 'equal_opportunity', num: (s) => s.engagedWeight, den: (s) => s.engaged, needsEngagement: true },
  { measure: 'exposure_fairness', num: (s) => s.engagedExposure, den: (s) => s.exposure, needsEngagement: true },
];

/**
 * Of groups of authors. Equal opportunity: how far up items stood that were engaged with. Exposure fairness: the share of exposure by the
 * share of engagement (Singh and Joachims 2018). Demographic parity, which is apart: the share of shown items by the share of the catalogue.
 */
const OF_AUTHORS: readonly Recipe[] = [
  { measure: 'equal_opportunity', num: (s) => s.engagedWeight, den: (s) => s.engaged, needsEngagement: true },
  { measure: 'exposure_fairness', num: (s) => s.exposure, den: (s) => s.engaged, needsEngagement: true },
];

/** Measures groups of users; each user is in one row. */
export function measureUserGroups(rows: readonly GroupSums[]): readonly FairnessMeasure[] {
  return groupsOf(rows).flatMap((group) => OF_USERS.map((recipe) => measureOf(rows, group, recipe)));
}

/** Measures groups of authors. `catalogue`: how many items each group has. */
export function measureAuthorGroups(
  rows: readonly GroupSums[],
  catalogue: ReadonlyMap<string, number>,
): readonly FairnessMeasure[] {
  const items = [...catalogue.values()].reduce((sum, count) => sum + count, 0);
  const parity = {
    measure: 'demographic_parity',
    num: (s: GroupSums) => s.shownItems,
    den: () => 0,
    needsEngagement: false,
  } as const;
  return groupsOf(rows).flatMap((group) => [
    measureOf(rows, group, parity, (catalogue.get(group) ?? 0) / items),
    ...OF_AUTHORS.map((recipe) => measureOf(rows, group, recipe)),
  ]);
}

/** The largest groups, by name. */
function groupsOf(rows: readonly GroupSums[]): readonly string[] {
  const sizes = new Map<string, number>();
  for (const { group, shownItems } of rows) if (group !== '') sizes.set(group, (sizes.get(group) ?? 0) + shownItems);
  return [...sizes]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_GROUPS)
    .map(([group]) => group)
    .sort();
}

function measureOf(rows: readonly GroupSums[], group: string, recipe: Recipe, fixed?: number): FairnessMeasure {
  const own = rows.filter((row) => row.group === group);
  const sum = (of: (row: GroupSums) => number) => own.reduce((all, row) => all + of(row), 0);
  const [slates, engaged] = [sum((row) => row.slates), sum((row) => row.engaged)];
  const named = { group, measure: recipe.measure, sampleCount: slates };
  const missing = (problem: string) => ({ ...named, value: Number.NaN, low: Number.NaN, high: Number.NaN, problem });
  if (slates < LEAST.slates || own.length < LEAST.users) {
    return missing(
      `insufficient data: ${slates} slates of ${own.length} users; it takes ${LEAST.slates} of ${LEAST.users}`,
    );
  }
  if (recipe.needsEngagement && engaged < LEAST.engaged) {
    return missing(`insufficient data: engagement with ${engaged}; it takes ${LEAST.engaged}`);
  }
  if (fixed === 0) return missing('insufficient data: nothing is known of the items of this group');
  const ratio = ratioToWhole(userSums(rows, group, recipe), fixed);
  return ratio === null ? missing('insufficient data: there is nothing to compare with') : { ...named, ...ratio };
}

function userSums(rows: readonly GroupSums[], group: string, { num, den }: Recipe): readonly UserSums[] {
  const users = new Map<string, { num: number; den: number; wholeNum: number; wholeDen: number }>();
  for (const row of rows) {
    let sums = users.get(row.userKey);
    if (sums === undefined) users.set(row.userKey, (sums = { num: 0, den: 0, wholeNum: 0, wholeDen: 0 }));
    const [n, d] = [num(row), den(row)];
    sums.wholeNum += n;
    sums.wholeDen += d;
    if (row.group !== group) continue;
    sums.num += n;
    sums.den += d;
  }
  return [...users.values()];
}
