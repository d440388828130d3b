import { AppError } from '@attune/errors';
import type { Database } from '@attune/postgres';
import type { KeptSpan } from '../domain/traces/kept-span';
import type { Segment } from '../domain/traces/segments';
import type { SpanSegments, SpanStore } from '../trace-ports';

/** Spans in PostgreSQL: a row for what one request brings of one trace, in the newest segment. */
export class PostgresSpanStore implements SpanStore, SpanSegments {
  constructor(private readonly database: Database) {}

  async add(spans: readonly KeptSpan[]): Promise<void> {
    if (spans.length === 0) return;
    const traces = Map.groupBy(spans, ({ traceId }) => traceId);
    await this.database.query(
      `INSERT INTO spans (segment, trace_id, spans)
       SELECT (SELECT max(segment) FROM span_segments), * FROM unnest($1::text[], $2::json[])`,
      [[...traces.keys()], [...traces.values()].map((ofTrace) => JSON.stringify(ofTrace.map(withoutTrace)))],
    );
  }

  async ofTrace(traceId: string): Promise<readonly KeptSpan[]> {
    const { rows } = await this.database.query<{ spans: Omit<KeptSpan, 'traceId'>[] }>(
      'SELECT spans FROM spans WHERE trace_id = $1',
      [traceId],
    );
    return rows.flatMap(({ spans }) => spans.map((span) => ({ traceId, ...span })));
  }

  async isEmpty(): Promise<boolean> {
    const { rows } = await this.database.query<{ some: boolean }>('SELECT EXISTS (SELECT FROM spans) AS some');
    return !rows[0]!.some;
  }

  async list(): Promise<readonly Segment[]> {
    const { rows } = await this.database.query<{ segment: string; began_at: Date; bytes: string | null }>(
      `SELECT segment, began_at, pg_total_relation_size(to_regclass('spans_' || segment)) AS bytes
       FROM span_segments ORDER BY segment DESC`,
    );
    return rows.map(({ segment, began_at, bytes }) => ({ segment, beganAt: began_at, bytes: Number(bytes ?? 0) }));
  }

  async begin(now: Date): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { rows } = await tx.query<{ segment: string }>(
        'INSERT INTO span_segments (began_at) VALUES ($1) RETURNING segment',
        [now],
      );
      const number = checked(rows[0]!.segment);
      await tx.query(`CREATE UNLOGGED TABLE spans_${number} PARTITION OF spans FOR VALUES IN (${number})`);
    });
  }

  async drop({ segment }: Segment): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query(`DROP TABLE IF EXISTS spans_${checked(segment)}`);
      await tx.query('DELETE FROM span_segments WHERE segment = $1', [segment]);
    });
  }
}

function withoutTrace({ traceId: _, ...span }: KeptSpan): Omit<KeptSpan, 'traceId'> {
  return span;
}

// names of tables cannot be bound to a statement
function checked(segment: string): string {
  if (/^\d+$/.test(segment)) return segment;
  throw new AppError('internal.span_segment', `"${segment}" is no number of a segment`);
}
