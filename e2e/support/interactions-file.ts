import { writeFileSync } from 'node:fs';

/** One row of a generated file. */
export interface GeneratedRow {
  readonly user: string;
  readonly item: string;
  readonly type: 'view' | 'like' | 'dislike';
  readonly timeSeconds: number;
}

const FIRST_SECOND = Date.UTC(2026, 0, 1) / 1000;
const TYPES = ['view', 'view', 'like', 'dislike'] as const;

/** Rows that differ from each other, the same for the same size: each user meets each type, each item many users. */
export function generatedRows(count: number, { users = 300, items = 500 } = {}): readonly GeneratedRow[] {
  return Array.from({ length: count }, (_, n) => ({
    user: `u${(n * 7919) % users}`,
    item: `i${(n * 104_729 + Math.floor(n / users)) % items}`,
    type: TYPES[(n + Math.floor(n / 13)) % TYPES.length]!,
    // A second apart: no two rows say the same.
    timeSeconds: FIRST_SECOND + n,
  }));
}

/** Writes rows as CSV with a header row. */
export function writeCsv(path: string, rows: readonly GeneratedRow[]): string {
  const lines = rows.map(({ user, item, type, timeSeconds }) => `${user},${item},${type},${timeSeconds}`);
  writeFileSync(path, `user,item,type,time\n${lines.join('\n')}\n`);
  return path;
}

/** Values of features by entity. */
export type FeatureTable = ReadonlyMap<string, Readonly<Record<string, number | undefined>>>;

/**
 * The features of a file's users and items by a fold of our own: what the feature-store must say, whatever happened to it.
 * Only features that do not change with the time of day.
 */
export function expectedFeatures(rows: readonly GeneratedRow[]): { users: FeatureTable; items: FeatureTable } {
  const totals = new Map<string, number>();
  const items = new Map<string, { views: number; likes: number }>();
  for (const { user, item, type } of rows) {
    totals.set(user, (totals.get(user) ?? 0) + 1);
    const { views, likes } = items.get(item) ?? { views: 0, likes: 0 };
    items.set(item, { views: views + (type === 'view' ? 1 : 0), likes: likes + (type === 'like' ? 1 : 0) });
  }
  return {
    users: new Map(Array.from(totals, ([id, total]) => [id, { user_total_interactions: total }])),
    items: new Map(Array.from(items, ([id, counts]) => [id, itemFeatures(counts)])),
  };
}

function itemFeatures({ views, likes }: { readonly views: number; readonly likes: number }) {
  const rate = views === 0 ? undefined : Math.min(1, likes / views);
  return { item_views: views, item_likes: likes, item_engagement_rate: rate };
}

/** The first few entities whose values are not those expected: short enough to read in a failed test. */
export function differences(expected: FeatureTable, found: FeatureTable): readonly unknown[] {
  return Array.from(expected, ([id, values]) => ({ id, expected: values, found: found.get(id) }))
    .filter((one) => Object.entries(one.expected).some(([name, value]) => one.found?.[name] !== value))
    .slice(0, 5);
}
