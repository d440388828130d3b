import { isAppError } from '@attune/errors';
import type { Database, Tx } from '@attune/postgres';
import {
  type InterleavedUser,
  type PairMoments,
  type QuantileRanks,
  quantileBetween,
  quantileRanks,
  tallyOf,
} from '@attune/statistics';
import type { Metric } from '../domain/metrics/metric';
import type { MeasuredMetric } from '../domain/results/judge-metrics';
import type { InterleavingFacts, MetricSample, UnitCounts } from '../domain/results/samples';
import type { FactQuestions, FactReader, FactScope } from '../ports';
import type { Parts } from './measure-sql';
import { interleavingSql, type PairMetric, pairsSql, quantileSql, retentionSql, valuesAtSql } from './sample-sql';
import { unitsSql, unitValues } from './unit-sql';

interface PairRow {
  readonly variant: string;
  readonly segment: string;
  readonly count: string;
  /** [metrics][mean x, mean y, variance x, variance y, covariance] */
  readonly pairs: readonly (readonly [number, number, number, number, number])[];
}

interface QuantileRow extends PairRow {
  readonly middle: number;
  readonly rows: string;
}

interface ValuesRow {
  readonly variant: string;
  readonly segment: string;
  readonly low: number;
  readonly high: number;
}

/**
 * Questions to the facts in PostgreSQL. It gives back sums over units, so that a hundred thousand of them come as a few rows; all
 * answers of one `asking` are of one snapshot.
 */
export class PostgresFactReader implements FactReader {
  constructor(private readonly database: Database) {}

  asking<T>(
    ask: (questions: FactQuestions) => Promise<T>,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    return this.database.transaction(
      async (tx) => {
        // sums over many units are hashed in memory; and statements that take a second are not worth compiling
        await tx.query("SET LOCAL work_mem = '128MB'");
        await tx.query('SET LOCAL jit = off');
        return ask({
          unitCounts: (scope) => unitCounts(tx, scope),
          unitsSince: (scope, variant, since) => unitsSince(tx, scope, variant, since),
          measure: (metrics, scope) => measure(tx, metrics, scope),
          interleaving: (scope, teams) => interleaving(tx, scope, teams),
        });
      },
      { isolation: 'repeatable read', readOnly: true, ...(signal === undefined ? {} : { signal }) },
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

/** Metrics of sums come of one statement; quantiles and retention look at other facts and have one each. */
async function measure(tx: Tx, metrics: readonly Metric[], scope: FactScope): Promise<readonly MeasuredMetric[]> {
  const ofSums = await sumSamples(tx, metrics.filter(isOfSums), scope);
  const measured = [];
  for (const metric of metrics) {
    measured.push({ metric, samples: ofSums.get(metric) ?? (await ownSamples(tx, metric, scope)) });
  }
  return measured;
}

function isOfSums(metric: Metric): metric is PairMetric {
  return metric.kind === 'mean' || metric.kind === 'proportion' || metric.kind === 'ratio';
}

async function sumSamples(
  tx: Tx,
  metrics: readonly PairMetric[],
  scope: FactScope,
): Promise<ReadonlyMap<Metric, readonly MetricSample[]>> {
  if (metrics.length === 0) return new Map();
  const rows = await ask<PairRow>(tx, scope, pairsSql(metrics, partsOf(scope)));
  return new Map(metrics.map((metric, at) => [metric, rows.map((row) => pairSample(row, at))]));
}

async function ownSamples(tx: Tx, metric: Metric, scope: FactScope): Promise<readonly MetricSample[]> {
  const parts = partsOf(scope);
  if (metric.kind === 'retention') {
    // no day of the experiment has units whose later day is over as well
    if (parts === 'days') return [];
    return (await ask<PairRow>(tx, scope, retentionSql(metric.days, parts))).map((row) => pairSample(row, 0));
  }
  if (metric.kind !== 'quantile') throw new TypeError(`${metric.name} is a metric of sums`);
  return quantileSamples(tx, metric, scope);
}

type Quantile = Extract<Metric, { kind: 'quantile' }>;

/** The quantile and the spread of its rank first, then the values that are as many ranks off. */
async function quantileSamples(tx: Tx, { of, probability }: Quantile, scope: FactScope): Promise<MetricSample[]> {
  const parts = partsOf(scope);
  const rows = await ask<QuantileRow>(tx, scope, quantileSql(of, parts), [probability]);
  const looked = rows.map((row) => ({ row, ranks: ranksOf(row, probability) }));
  const known = looked.filter(({ ranks }) => typeof ranks !== 'string') as readonly {
    readonly row: QuantileRow;
    readonly ranks: QuantileRanks;
  }[];
  // in the middle of a rank, so that no rounding comes to the one beside it
  const shareOf = (rank: number, row: QuantileRow) => (rank - 0.5) / Number(row.rows);
  const values = await ask<ValuesRow>(tx, scope, valuesAtSql(of, parts), [
    known.map(({ row }) => row.variant),
    known.map(({ row }) => row.segment),
    known.map(({ row, ranks }) => shareOf(ranks.below, row)),
    known.map(({ row, ranks }) => shareOf(ranks.above, row)),
  ]);
  return looked.map(({ row, ranks }) => {
    const { variant, segment, middle } = row;
    const count = Number(row.count);
    if (typeof ranks === 'string') return { variant, segment, data: { kind: 'none', unitCount: count, reason: ranks } };
    const { low, high } = values.find((one) => one.variant === variant && one.segment === segment)!;
    return {
      ...{ variant, segment },
      data: { kind: 'estimate', estimate: quantileBetween({ count, mean: middle }, low, high) },
    };
  });
}

/** The ranks, or why there are none. */
function ranksOf(row: QuantileRow, probability: number): QuantileRanks | string {
  try {
    return quantileRanks({ rows: Number(row.rows), pairs: pairsOf(row, 0) }, probability);
  } catch (error) {
    if (!isAppError(error, 'invalid.sample')) throw error;
    return error.message;
  }
}

async function ask<R extends object>(
  tx: Tx,
  scope: FactScope,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly R[]> {
  return (await tx.query<R>(`WITH ${unitsSql(scope.by)} ${text}`, [...unitValues(scope), ...values])).rows;
}

function partsOf({ by }: FactScope): Parts {
  if (by === undefined) return 'whole';
  return by === 'day' ? 'days' : 'segments';
}

function pairSample(row: PairRow, at: number): MetricSample {
  return { variant: row.variant, segment: row.segment, data: { kind: 'pairs', pairs: pairsOf(row, at) } };
}

function pairsOf({ count, pairs }: PairRow, at: number): PairMoments {
  const [meanX, meanY, varianceX, varianceY, covariance] = pairs[at]!;
  return { count: Number(count), meanX, meanY, varianceX, varianceY, covariance };
}

async function interleaving(
  tx: Tx,
  scope: FactScope,
  teams: { readonly control: string; readonly treatment: string; readonly type: string },
): Promise<InterleavingFacts> {
  const sides = [teams.control, teams.treatment, teams.type];
  const rows = await ask<{ wins: string; losses: string; ties: string }>(tx, scope, interleavingSql(), sides);
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
