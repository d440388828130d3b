import { isAppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import { type InterleavedUser, quantileEstimate, tallyOf } from '@attune/statistics';
import type { Metric } from '../domain/metrics/metric';
import type { InterleavingFacts, MetricSample, UnitCounts } from '../domain/results/samples';
import type { FactQuestions, FactReader, FactScope } from '../ports';
import { interleavingSql, pairsSql, quantileSql, retentionSql } from './sample-sql';
import { unitsSql, unitValues } from './unit-sql';

interface PairRow {
  readonly variant: string;
  readonly segment: string;
  readonly count: string;
  readonly mean_x: number;
  readonly mean_y: number;
  readonly variance_x: number;
  readonly variance_y: number;
  readonly covariance: number;
}

interface QuantileRow {
  readonly variant: string;
  readonly segment: string;
  readonly values: number[];
  readonly units: number[];
}

/**
 * Questions to the facts in PostgreSQL. It gives back sums over units, so that a hundred thousand of them come as a few rows; all
 * answers of one `asking` are of one snapshot.
 */
export class PostgresFactReader implements FactReader {
  constructor(private readonly database: Database) {}

  asking<T>(ask: (questions: FactQuestions) => Promise<T>): Promise<T> {
    return this.database.transaction(
      async (tx) => {
        // sums over many units are hashed in memory; and statements that take a second are not worth compiling
        await tx.query("SET LOCAL work_mem = '128MB'");
        await tx.query('SET LOCAL jit = off');
        return ask({
          unitCounts: (scope) => unitCounts(tx, scope),
          unitsSince: (scope, variant, since) => unitsSince(tx, scope, variant, since),
          samples: (metric, scope) => samples(tx, metric, scope),
          interleaving: (scope, teams) => interleaving(tx, scope, teams),
        });
      },
      { isolation: 'repeatable read', readOnly: true },
    );
  }
}

async function unitCounts(tx: Tx, { experimentId, until }: FactScope): Promise<UnitCounts> {
  const { rows } = await tx.query<{ variant: string; has_crossed: boolean; count: string }>(
    `SELECT variant, has_crossed, count(*) AS count FROM exposed_units
     WHERE experiment_id = $1 AND first_at < $2 GROUP BY variant, has_crossed`,
    [experimentId, until],
  );
  const byVariant: Record<string, number> = {};
  for (const row of rows) if (!row.has_crossed) byVariant[row.variant] = Number(row.count);
  const crossed = rows.reduce((sum, row) => sum + (row.has_crossed ? Number(row.count) : 0), 0);
  return { byVariant, crossed };
}

async function unitsSince(tx: Tx, { experimentId, until }: FactScope, variant: string, since: Date): Promise<number> {
  const { rows } = await tx.query<{ count: string }>(
    `SELECT count(*) AS count FROM exposed_units
     WHERE experiment_id = $1 AND variant = $2 AND NOT has_crossed AND first_at >= $3 AND first_at < $4`,
    [experimentId, variant, since, until],
  );
  return Number(rows[0]!.count);
}

async function samples(tx: Tx, metric: Metric, scope: FactScope): Promise<readonly MetricSample[]> {
  const values = unitValues(scope);
  switch (metric.kind) {
    case 'quantile': {
      const { rows } = await tx.query<QuantileRow>(
        `WITH units AS (${unitsSql(scope.by)}) ${quantileSql(metric.of)}`,
        values,
      );
      return rows.map((row) => quantileSample(row, metric.probability));
    }
    case 'retention':
    case 'mean':
    case 'proportion':
    case 'ratio': {
      const text = metric.kind === 'retention' ? retentionSql(metric.days) : pairsSql(metric, scope.by === 'day');
      const { rows } = await tx.query<PairRow>(`WITH units AS (${unitsSql(scope.by)}) ${text}`, values);
      return rows.map(pairSample);
    }
    default:
      return metric satisfies never;
  }
}

function pairSample(row: PairRow): MetricSample {
  const pairs = {
    count: Number(row.count),
    meanX: row.mean_x,
    meanY: row.mean_y,
    varianceX: row.variance_x,
    varianceY: row.variance_y,
    covariance: row.covariance,
  };
  return { variant: row.variant, segment: row.segment, data: { kind: 'pairs', pairs } };
}

function quantileSample({ variant, segment, values, units }: QuantileRow, probability: number): MetricSample {
  try {
    const sample = { values: Float64Array.from(values), units: numbered(units) };
    return { variant, segment, data: { kind: 'estimate', estimate: quantileEstimate(sample, probability) } };
  } catch (error) {
    if (!isAppError(error, 'invalid.sample')) throw error;
    return { variant, segment, data: { kind: 'none', unitCount: new Set(units).size, reason: error.message } };
  }
}

/** Rows of units, numbered from 0 without gaps. */
function numbered(rows: readonly number[]): Int32Array {
  const numbers = new Map<number, number>();
  return Int32Array.from(rows, (row) => {
    const known = numbers.get(row) ?? numbers.size;
    numbers.set(row, known);
    return known;
  });
}

async function interleaving(
  tx: Tx,
  scope: FactScope,
  teams: { readonly control: string; readonly treatment: string; readonly type: string },
): Promise<InterleavingFacts> {
  const { rows } = await tx.query<{ wins: string; losses: string; ties: string }>(
    `WITH units AS (${unitsSql(undefined)}) ${interleavingSql()}`,
    [...unitValues(scope), teams.control, teams.treatment, teams.type],
  );
  const users: InterleavedUser[] = rows.map((row) => ({
    wins: Number(row.wins),
    losses: Number(row.losses),
    ties: Number(row.ties),
  }));
  const total = (of: (user: InterleavedUser) => number) => users.reduce((sum, user) => sum + of(user), 0);
  return {
    tally: tallyOf(users),
    wins: total(({ wins }) => wins),
    losses: total(({ losses }) => losses),
    ties: total(({ ties }) => ties),
  };
}
