import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeUserKeys } from '@attune/privacy';
import { freePorts, useInfra } from '@attune/testkit';
import { buildSync } from 'esbuild';
import type { SpanLine } from '../src/span-file';

const { databaseUrl, redisUrl, namespace } = useInfra();
const SECRET = 'a secret for tests, 32 characters or more';
// Below this package, so that the compiled process finds the package's dependencies.
const folder = join(__dirname, '..', 'node_modules', '.cache', namespace);

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  const entryPoints = [join(__dirname, '..', 'src', 'register.ts'), join(__dirname, 'traced-process.ts')];
  buildSync({
    entryPoints,
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node22',
    format: 'cjs',
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the process under telemetry to its end. */
function runTraced(env: NodeJS.ProcessEnv) {
  const args = ['--require', join(folder, 'register.js'), join(folder, 'traced-process.js')];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TEST_DATABASE_URL: databaseUrl, TEST_REDIS_URL: redisUrl, ...env },
  });
  return { stdout, stderr, status };
}

describe('register', () => {
  let spans: readonly SpanLine[];
  let logLine: Record<string, unknown>;
  const span = (name: RegExp) => spans.find((line) => name.test(line.name));

  beforeAll(() => {
    const traceFile = join(folder, 'spans.jsonl');
    const { stdout, stderr, status } = runTraced({
      ATTUNE_TRACE_FILE: traceFile,
      OTEL_SERVICE_NAME: 'traced',
      ATTUNE_PRIVACY_SECRET: SECRET,
    });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const lines = readFileSync(traceFile, 'utf8').trim().split('\n');
    spans = lines.map((line) => JSON.parse(line) as SpanLine);
    logLine = JSON.parse(stdout.split('\n').find((line) => line.includes('inside the journey'))!);
  });

  it('writes a line per finished span, with its service and its attributes', () => {
    expect(span(/^journey$/)).toMatchObject({ service: 'traced', kind: 'internal', attributes: { surface: 'home' } });
    expect(span(/^journey$/)?.parentSpanId).toBeUndefined();
  });

  it('hangs statements and commands under the span that caused them', () => {
    const journey = span(/^journey$/)!;
    expect(span(/SELECT/)).toMatchObject({ traceId: journey.traceId, parentSpanId: journey.spanId, kind: 'client' });
    expect(span(/^set$/)).toMatchObject({ traceId: journey.traceId, parentSpanId: journey.spanId });
  });

  it('makes no span for a statement outside any call', () => {
    expect(JSON.stringify(spans)).not.toContain('AS outside');
  });

  it('keeps keys and values of Redis commands out of spans', () => {
    expect(JSON.stringify(spans)).not.toContain('secret');
  });

  it('continues a trace that headers carried', () => {
    const journey = span(/^journey$/)!;
    expect(span(/^continued$/)).toMatchObject({ traceId: journey.traceId, parentSpanId: journey.spanId });
  });

  it('marks a failed span with the kind of failure, not with its message', () => {
    expect(span(/^failing$/)?.attributes).toEqual({ 'error.type': 'Error' });
  });

  it('writes users as keyed hashes, and nothing of what a failure said', () => {
    const userKey = makeUserKeys(SECRET)('anna-4711');
    expect(span(/^of a person$/)?.attributes).toMatchObject({ user_id: userKey, 'app.user_ids': [userKey] });
    expect(JSON.stringify(spans)).not.toContain('anna-4711');
  });

  it('puts the ids of the active span on log lines', () => {
    expect(logLine).toMatchObject({ traceId: span(/^journey$/)?.traceId, spanId: span(/^journey$/)?.spanId });
  });
});

describe('register without anybody who reads spans', () => {
  it('still gives log lines a trace id', () => {
    const { stdout, status } = runTraced({});
    expect(status).toBe(0);
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });
});

describe('metrics', () => {
  it('are read on loopback, without labels that name a user or a decision', async () => {
    const [port] = await freePorts(1);
    const { stdout } = runTraced({ ATTUNE_METRICS_PORT: String(port) });
    const sample = stdout.split('\n').find((line) => line.startsWith('slates_total{'));
    expect(sample).toMatch(/surface="home"/);
    // The log lines beside the metrics carry trace ids, in which any letters may follow each other.
    const metrics = stdout.split('\n').filter((line) => !line.startsWith('{'));
    expect(metrics.join('\n')).not.toMatch(/u1|d1|user_id|enduser/);
  });

  it('show the delay of the event loop and the memory of the process', async () => {
    const [port] = await freePorts(1);
    const { stdout } = runTraced({ ATTUNE_METRICS_PORT: String(port) });
    expect(stdout).toMatch(/^nodejs_eventloop_delay_p99(\{.*\})? [\d.e-]+/m);
    expect(stdout).toMatch(/^process_memory_usage(\{.*\})? \d+/m);
    expect(stdout).toMatch(/^process_cpu_time_total\{cpu_mode="user".*\} [\d.]+/m);
    expect(stdout).toMatch(/^v8js_memory_heap_used\{v8js_heap_space_name="old_space".*\} \d+/m);
  });

  it('link a bucket to a trace that fell into it, for who reads OpenMetrics', async () => {
    const [port] = await freePorts(1);
    const { stdout } = runTraced({
      ATTUNE_METRICS_PORT: String(port),
      ATTUNE_TRACE_FILE: join(folder, 'exemplars.jsonl'),
      TEST_ACCEPT: 'application/openmetrics-text; version=1.0.0',
    });
    const traceId = /slow work was (\w+)/.exec(stdout)![1];
    expect(stdout).toContain('answered 200 application/openmetrics-text');
    const buckets = stdout.split('\n').filter((line) => line.startsWith('work_duration_bucket{surface="home"'));
    expect(buckets.map((line) => line.replace(/.*le=/, ''))).toEqual([
      '"0.1"} 1',
      expect.stringMatching(`^"1"} 2 # {trace_id="${traceId}",span_id="\\w{16}"} 0.5 [\\d.]+$`),
      '"+Inf"} 2',
    ]);
    expect(stdout).toMatch(/# EOF$/m);
  });

  it('stop at a bounded number of series, and say that there were more', async () => {
    const [port] = await freePorts(1);
    const { stdout } = runTraced({ ATTUNE_METRICS_PORT: String(port) });
    const series = stdout.split('\n').filter((line) => line.startsWith('slates_total{'));
    expect(series).toHaveLength(1_000);
    expect(series.filter((line) => line.includes('otel_metric_overflow="true"'))).toHaveLength(1);
  });

  it('are not read without the token, where there is one', async () => {
    const [port] = await freePorts(1);
    const file = join(folder, 'metrics-token');
    writeFileSync(file, 'a token of the scraper\n');
    const env = { ATTUNE_METRICS_PORT: String(port), ATTUNE_METRICS_TOKEN_FILE: file };
    expect(runTraced(env).stdout).toContain('answered 401');
    expect(runTraced({ ...env, TEST_TOKEN: 'another token' }).stdout).toContain('answered 401');
    expect(runTraced({ ...env, TEST_TOKEN: 'a token of the scraper' }).stdout).toContain('answered 200');
  });

  it('are not offered beyond loopback without TLS and a token', () => {
    const { stderr, status } = runTraced({ ATTUNE_METRICS_PORT: '1', ATTUNE_METRICS_HOST: '0.0.0.0' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/ATTUNE_TLS_CERT_FILE.*ATTUNE_METRICS_TOKEN_FILE/);
  });
});

describe('malformed telemetry settings', () => {
  it.each([
    ['ATTUNE_METRICS_PORT', '9x'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ])('%s=%s ends the process with a sentence', (name, value) => {
    const { stderr, status } = runTraced({ [name]: value });
    expect(status).toBe(2);
    expect(stderr).toContain(name);
  });
});
