import type { Database } from '@attune/postgres';
import type { AuditFacts, AuditScope } from '../audit-ports';
import { GROUPINGS, type GroupBy } from '../domain/fairness/group-by';
import type { GroupSums } from '../domain/fairness/measure-fairness';

/** More slates are not looked at: users are then a sample, by their keys, which are hashes. */
const MOST_SLATES = 500_000;
const NEW_AUTHOR_DAYS = 30;

const USER_GROUP = { country: 'country', language: 'language', ageBand: 'age_band' } as const;
const AUTHORS =
  "authors AS (SELECT author_id, count(*) AS items, min(known_from) AS known_from FROM items WHERE author_id <> '' GROUP BY author_id)";
/** `$1` is the moment at which ages are told. */
const ITEM_GROUP = {
  category: 'i.category',
  authorSize:
    "CASE WHEN a.author_id IS NULL THEN '' WHEN a.items = 1 THEN 'one item' WHEN a.items < 10 THEN '2 to 9 items' ELSE '10 items and more' END",
  authorAge: `CASE WHEN a.author_id IS NULL THEN '' WHEN a.known_from > $1::timestamptz - interval '${NEW_AUTHOR_DAYS} days' THEN 'new' ELSE 'established' END`,
} as const;

/** $1 from, $2 to, $3 name, $4 model or not, $5 surface or not, $6 one of so many users, $7 hours */
const SLATES = `
  chosen AS (
    SELECT decision_id, user_key, at, item_ids, NOT is_fallback AND NOT is_degraded AS is_full FROM slates
    WHERE at >= $1 AND at < $2
      AND (($4 AND models @> jsonb_build_array(jsonb_build_object('name', $3::text))) OR ($5 AND surface = $3))
      AND abs(hashtext(user_key)::bigint) % $6 = 0),
  engaged AS (
    SELECT decision_id, item_id FROM chosen JOIN outcomes o USING (decision_id) WHERE o.is_welcome
    UNION
    SELECT c.decision_id, o.item_id FROM chosen c JOIN outcomes o ON o.user_key = c.user_key AND o.at >= c.at
      AND o.at < c.at + make_interval(hours => $7) AND o.item_id = ANY (c.item_ids)
    WHERE o.is_welcome AND o.decision_id IS NULL),
  shown AS (
    SELECT c.decision_id, c.user_key, c.is_full, s.item_id, 1 / log(2, s.place + 1) AS weight,
      e.item_id IS NOT NULL AS is_engaged
    FROM chosen c CROSS JOIN unnest(c.item_ids) WITH ORDINALITY AS s (item_id, place)
    LEFT JOIN engaged e ON e.decision_id = c.decision_id AND e.item_id = s.item_id)`;

/** What fairness is audited from: slates, what users did with them, and what is known of users and items. */
export class FairnessFacts implements AuditFacts {
  constructor(
    private readonly database: Database,
    private readonly attributionHours: number,
  ) {}

  async sums(scope: AuditScope, { signal }: { readonly signal: AbortSignal }): Promise<readonly GroupSums[]> {
    const { groupBy, from, to } = scope;
    const [, kind, name] = /^(?:(model|surface):)?(.*)$/s.exec(scope.subject)!;
    const named = [from, to, name, kind !== 'surface', kind !== 'model'];
    const { rows: counted } = await this.database.query<{ count: string }>(
      `SELECT count(*) FROM slates WHERE at >= $1 AND at < $2
         AND (($4 AND models @> jsonb_build_array(jsonb_build_object('name', $3::text))) OR ($5 AND surface = $3))`,
      named,
      { signal },
    );
    const oneOf = Math.max(1, Math.ceil(Number(counted[0]!.count) / MOST_SLATES));
    const text = GROUPINGS[groupBy].of === 'users' ? userSql(groupBy) : authorSql(groupBy);
    const { rows } = await this.database.query<SumsRow>(text, [...named, oneOf, this.attributionHours], { signal });
    return rows.map(sumsFromRow);
  }

  async catalogue(groupBy: GroupBy, now: Date): Promise<ReadonlyMap<string, number>> {
    if (GROUPINGS[groupBy].of === 'users') return new Map();
    const { rows } = await this.database.query<{ grp: string; count: string }>(
      `WITH ${AUTHORS} SELECT ${itemGroup(groupBy)} AS grp, count(*) FROM items i LEFT JOIN authors a USING (author_id)
       WHERE $1::timestamptz IS NOT NULL GROUP BY 1`,
      [now],
    );
    return new Map(rows.map(({ grp, count }) => [grp, Number(count)]));
  }

  async models(from: Date): Promise<readonly string[]> {
    const { rows } = await this.database.query<{ name: string }>(
      `SELECT DISTINCT model ->> 'name' AS name FROM slates CROSS JOIN jsonb_array_elements(models) AS model
       WHERE at >= $1 ORDER BY 1`,
      [from],
    );
    return rows.map(({ name }) => name);
  }
}

function itemGroup(groupBy: GroupBy): string {
  return ITEM_GROUP[groupBy as keyof typeof ITEM_GROUP];
}

function userSql(groupBy: GroupBy): string {
  return `WITH ${SLATES},
    per_slate AS (
      SELECT user_key, decision_id, bool_and(is_full) AS is_full, count(*) AS shown, sum(weight) AS exposure,
        bool_or(is_engaged) AS is_engaged, max(weight) FILTER (WHERE is_engaged) AS best,
        sum(weight) FILTER (WHERE is_engaged) AS engaged_exposure
      FROM shown GROUP BY user_key, decision_id)
    SELECT p.user_key, coalesce(g.${USER_GROUP[groupBy as keyof typeof USER_GROUP]}, '') AS grp, count(*) AS slates,
      count(*) FILTER (WHERE is_full) AS full_slates, sum(shown) AS shown_items, sum(exposure) AS exposure,
      count(*) FILTER (WHERE is_engaged) AS engaged, coalesce(sum(best), 0) AS engaged_weight,
      coalesce(sum(engaged_exposure), 0) AS engaged_exposure
    FROM per_slate p LEFT JOIN user_groups g USING (user_key) GROUP BY 1, 2 ORDER BY 1`;
}

function authorSql(groupBy: GroupBy): string {
  const group = itemGroup(groupBy).replaceAll('$1', '$2');
  return `WITH ${SLATES}, ${AUTHORS}
    SELECT s.user_key, coalesce(${group}, '') AS grp, count(DISTINCT decision_id) AS slates,
      count(DISTINCT decision_id) FILTER (WHERE is_full) AS full_slates, count(*) AS shown_items,
      sum(weight) AS exposure, count(*) FILTER (WHERE is_engaged) AS engaged,
      coalesce(sum(weight) FILTER (WHERE is_engaged), 0) AS engaged_weight,
      coalesce(sum(weight) FILTER (WHERE is_engaged), 0) AS engaged_exposure
    FROM shown s JOIN items i USING (item_id) LEFT JOIN authors a USING (author_id) GROUP BY 1, 2 ORDER BY 1, 2`;
}

/** Numbers come as texts: they are counts and numerics. */
interface SumsRow {
  readonly user_key: string;
  readonly grp: string;
  readonly slates: string;
  readonly full_slates: string;
  readonly shown_items: string;
  readonly exposure: string;
  readonly engaged: string;
  readonly engaged_weight: string;
  readonly engaged_exposure: string;
}

function sumsFromRow(row: SumsRow): GroupSums {
  return {
    ...{ userKey: row.user_key, group: row.grp, slates: Number(row.slates), fullSlates: Number(row.full_slates) },
    ...{ shownItems: Number(row.shown_items), exposure: Number(row.exposure), engaged: Number(row.engaged) },
    ...{ engagedWeight: Number(row.engaged_weight), engagedExposure: Number(row.engaged_exposure) },
  };
}
