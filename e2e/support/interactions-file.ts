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

/** The features of a file's users and items by a fold of our own: what the feature-store must say, whatever happened to it. */
export function expectedFeatures(rows: readonly GeneratedRow[]) {
  const users = new Map<string, { total: number; positive: number }>();
  const items = new Map<string, { views: number; likes: number }>();
  for (const { user, item, type } of rows) {
    const ofUser = users.get(user) ?? { total: 0, positive: 0 };
    users.set(user, { total: ofUser.total + 1, positive: ofUser.positive + (type === 'dislike' ? 0 : 1) });
    const ofItem = items.get(item) ?? { views: 0, likes: 0 };
    const { views, likes } = ofItem;
    items.set(item, { views: views + (type === 'view' ? 1 : 0), likes: likes + (type === 'like' ? 1 : 0) });
  }
  return {
    users: new Map(
      Array.from(users, ([id, { total, positive }]) => [
        id,
        { user_total_interactions: total, user_positive_share: positive / total },
      ]),
    ),
    items: new Map(
      Array.from(items, ([id, { views, likes }]) => [
        id,
        {
          item_views: views,
          item_likes: likes,
          item_engagement_rate: views === 0 ? undefined : Math.min(1, likes / views),
        },
      ]),
    ),
  };
}
