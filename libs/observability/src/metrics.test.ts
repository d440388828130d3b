import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type DeclaredMetric, declaredMetrics, seriesOf } from './declared-metrics';
import { DASHBOARDS, RULE_FILES } from './deploy-files';

const ROOT = resolve(__dirname, '..', '..', '..');
const PAGE = join(ROOT, 'docs', 'metrics.md');
const declared = declaredMetrics(ROOT);
const series = new Set(declared.flatMap(seriesOf));
// What Prometheus adds itself, and what our own rules record.
const OF_PROMETHEUS = ['up', 'ALERTS'];
const rules = Object.values(RULE_FILES).flatMap((groups) => groups.flatMap((group) => group.rules));
const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
const known = new Set([...series, ...OF_PROMETHEUS, ...recorded]);

const WORDS = new Set(
  [
    'sum',
    'max',
    'count',
    'rate',
    'increase',
    'absent',
    'vector',
    'by',
    'on',
    'and',
    'or',
    'unless',
    'offset',
    'le',
  ].concat(['histogram_quantile', 'max_over_time', 'label_values']),
);

/** The names of series in an expression: what is left without labels, windows, groupings and words of the language. */
function namesIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|on)\s*\([^)]*\)/g, '')
    .replaceAll(/\boffset \w+/g, '');
  return (bare.match(/[a-zA-Z_:][\w:]*/g) ?? []).filter((name) => !WORDS.has(name));
}

function row({ name, kind, unit, description, file }: DeclaredMetric): string {
  return `| \`${name}\` | ${kind} | \`${unit}\` | ${description} | ${file} |`;
}

function page(): string {
  return [
    '# Metrics',
    '',
    'Every metric of the fleet, by its name in OpenTelemetry. In Prometheus dots become underscores, counters end in `_total`, and a',
    'histogram is `_bucket`, `_count` and `_sum`. How to read them, what is promised and what wakes whom: [operations.md](operations.md).',
    '',
    'This table is made from the sources: `ATTUNE_TEST_WRITE_DEPLOY=1 npm test -- libs/observability/src/metrics`.',
    '',
    '| metric | kind | unit | what it says | declared in |',
    '|---|---|---|---|---|',
    ...declared.map(row),
    '',
  ].join('\n');
}

if (process.env.ATTUNE_TEST_WRITE_DEPLOY === '1') writeFileSync(PAGE, page());

describe('the metrics', () => {
  it('that rules use are declared in the code, by a library that is asked for, or recorded by a rule', () => {
    const unknown = rules.flatMap(({ expr }) => namesIn(expr)).filter((name) => !known.has(name));
    expect([...new Set(unknown)]).toEqual([]);
  });

  it('that dashboards use are declared in the code, by a library that is asked for, or recorded by a rule', () => {
    const used = DASHBOARDS.flatMap(({ panels }) =>
      panels.flatMap(({ queries }) => queries.flatMap(({ expr }) => namesIn(expr))),
    );
    expect([...new Set(used.filter((name) => !known.has(name)))]).toEqual([]);
  });

  it('are found where they are used: the look-up would see one that is not there', () => {
    expect(namesIn('sum by (a) (rate(no_such_total{b="c"}[5m])) > 0')).toEqual(['no_such_total']);
  });

  it('say what they mean', () => {
    for (const { name, unit, description } of declared)
      expect({ name, unit, description }).not.toMatchObject({ description: '' });
  });

  it('are all told in docs/metrics.md', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(page());
  });
});
