import type { Database } from '@attune/postgres';
import type { CauseReader, ProductionReader } from '../detection-ports';
import type { KnownChange } from '../domain/detection/likely-cause';
import type { Finding } from '../domain/finding';

interface QualityRow {
  readonly hour: Date;
  readonly producer: string;
  readonly measure: string;
  readonly subject: string;
  readonly value: number;
  readonly expected: number;
  readonly message: string;
}

/** What was changed, from what the consumers of `models.v1`, `experiments.v1` and `data-quality.v1` wrote. */
export class PostgresCauseReader implements CauseReader, ProductionReader {
  constructor(private readonly database: Database) {}

  async changesSince(from: Date): Promise<readonly KnownChange[]> {
    const { rows } = await this.database.query<KnownChange>(
      `SELECT 'model_version' AS kind, model, changed_at AS at,
         model || ' version ' || version || ' went from ' || from_stage || ' to ' || stage AS what
       FROM model_stages WHERE changed_at >= $1 AND stage IN ('production', 'canary')
       UNION ALL
       SELECT 'experiment', '', changed_at, experiment_id || ' is ' || state FROM experiment_changes WHERE changed_at >= $1
       UNION ALL
       SELECT 'data_quality', '', hour, message FROM data_quality_findings WHERE hour >= $1`,
      [from],
    );
    return rows;
  }

  async productionVersions(): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.database.query<{ model: string; version: string }>(
      `SELECT DISTINCT ON (model) model, version FROM model_stages WHERE stage = 'production' ORDER BY model, sequence DESC`,
    );
    return new Map(rows.map(({ model, version }) => [model, version]));
  }

  async productionOf(model: string): Promise<{ readonly version: string; readonly since: Date } | undefined> {
    const { rows } = await this.database.query<{ version: string; since: Date }>(
      `SELECT version, changed_at AS since FROM model_stages WHERE stage = 'production' AND model = $1
       ORDER BY sequence DESC LIMIT 1`,
      [model],
    );
    return rows[0];
  }

  async qualityFindings(from: Date): Promise<readonly Finding[]> {
    const { rows } = await this.database.query<QualityRow>(
      `SELECT DISTINCT ON (producer, measure, subject) hour, producer, measure, subject, value, expected, message
       FROM data_quality_findings WHERE hour >= $1 ORDER BY producer, measure, subject, hour DESC`,
      [from],
    );
    return rows.map((row) => ({
      ...{ kind: 'data_quality', subject: 'service:feature-store', severity: 'ticket' },
      measure: row.subject === '' ? row.measure : `${row.measure}:${row.subject}`,
      segment: row.producer === '' ? '' : `producer=${row.producer}`,
      ...{ value: row.value, bound: row.expected, summary: row.message, since: row.hour },
    }));
  }
}
