import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A metric as code declares it. */
export interface DeclaredMetric {
  /** By OpenTelemetry: `attune.jobs.depth`. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit: string;
  readonly description: string;
  /** The file that declares it, from the root of the repository. */
  readonly file: string;
}

/** What libraries measure by themselves: a test looks for them in what real services show. */
const LIBRARY_METRICS: readonly DeclaredMetric[] = [
  ...(
    [
      [
        'db.client.operation.duration',
        'histogram',
        's',
        'Duration of statements of PostgreSQL within calls, jobs and batches',
      ],
      ['db.client.connection.count', 'gauge', '{connection}', 'Connections to PostgreSQL, by state'],
      ['db.client.connection.max', 'gauge', '{connection}', 'Connections to PostgreSQL that the pool may open'],
      ['db.client.connection.pending_requests', 'gauge', '{request}', 'Who waits for a connection to PostgreSQL'],
    ] as const
  ).map(([name, kind, unit, description]) => ({
    name,
    kind,
    unit,
    description,
    file: '@opentelemetry/instrumentation-pg',
  })),
  {
    name: 'otel.sdk.processor.span.processed',
    kind: 'counter',
    unit: '{span}',
    description: 'Spans that were sent to the collector, or dropped (error.type)',
    file: '@opentelemetry/sdk-trace',
  },
  {
    name: 'otel.sdk.processor.span.queue.size',
    kind: 'gauge',
    unit: '{span}',
    description: 'Spans that wait to be sent to the collector',
    file: '@opentelemetry/sdk-trace',
  },
];

const SOURCES = ['libs/*/src/**/*.ts', 'services/*/src/**/*.ts'];
// counter('name', { unit: '..', description: '..' }), createObservableGauge('name', ...), gauge('name', 'unit', 'description')
const OBJECT =
  /(counter|gauge|histogram)\(\s*'([a-z][\w.-]+)',\s*\{((?:(?!description:).){0,200}?)description:\s*(['`])((?:(?!\4).)*)\4/gis;
const POSITIONS = /\bgauge\(\s*'([a-z][\w.-]+)',\s*'([^']*)',\s*'([^']*)'\)/gs;

/** Every metric that the sources declare, and those of libraries, by name. */
export function declaredMetrics(root: string): readonly DeclaredMetric[] {
  const files = globSync(SOURCES, { cwd: root }).filter((file) => !/\.test\.ts$|\/observability\//.test(file));
  const found = files.flatMap((file) => metricsIn(readFileSync(join(root, file), 'utf8'), file.replaceAll('\\', '/')));
  const byName = new Map(LIBRARY_METRICS.map((metric) => [metric.name, metric]));
  for (const metric of found) if (!byName.has(metric.name)) byName.set(metric.name, metric);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function metricsIn(source: string, file: string): DeclaredMetric[] {
  if (!/@attune\/telemetry|@opentelemetry\/api/.test(source)) return [];
  const described = [...source.matchAll(OBJECT)].map(([, kind, name, options, , description]) => ({
    name: name!,
    kind: kind!.toLowerCase() as DeclaredMetric['kind'],
    unit: /unit: '([^']*)'/.exec(options!)?.[1] ?? (options!.includes('...bytes') ? 'By' : ''),
    description: description!.replace(/\.$/, ''),
    file,
  }));
  const placed = [...source.matchAll(POSITIONS)].map(([, name, unit, description]) => ({
    name: name!,
    kind: 'gauge' as const,
    unit: unit!,
    description: description!,
    file,
  }));
  return [...described, ...placed];
}

/** The series that a metric becomes in Prometheus. */
export function seriesOf({ name, kind }: DeclaredMetric): readonly string[] {
  const base = name.replaceAll(/[^a-z0-9_]/gi, '_').replaceAll(/_{2,}/g, '_');
  if (kind === 'counter') return [`${base}_total`];
  return kind === 'gauge' ? [base] : [`${base}_bucket`, `${base}_count`, `${base}_sum`];
}
