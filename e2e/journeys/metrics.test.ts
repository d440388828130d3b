import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServiceName, serving, training } from '@attune/contracts';
import { cacheFolder, findPrometheus } from '@attune/devstack';
import { anInteraction, freePorts, until, useInfra } from '@attune/testkit';
import { PATIENT } from '../support/patient';
import { type ProcessFleet, startProcessFleet } from '../support/process-fleet';
import { ROOT } from '../support/root';
import { readSpans } from '../support/span-tree';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(90_000);
const infra = useInfra();
const folder = tempFolder();
const traceFile = join(folder, 'spans.jsonl');
const SERVICES: readonly ServiceName[] = ['feature-store', 'training', 'serving'];
const programs = findPrometheus(cacheFolder(ROOT, process.env), () => undefined);
let fleet: ProcessFleet;
let ports: readonly number[];

beforeAll(async () => {
  ports = await freePorts(SERVICES.length);
  fleet = await startProcessFleet({
    infra,
    services: SERVICES,
    require: [join(ROOT, 'libs', 'telemetry', 'dist', 'register.js')],
    env: (name) => ({
      ATTUNE_TRACE_FILE: traceFile,
      // a collector that is not there
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_SERVICE_NAME: name,
      ATTUNE_METRICS_PORT: String(ports[SERVICES.indexOf(name)]),
      ...(name === 'serving' ? PATIENT : {}),
    }),
  });
  const like = anInteraction({ occurredAt: undefined });
  await fleet.client('feature-store').recordInteractions({ interactions: [like], producer: 'e2e' });
  const isApplied = async () => (await fleet.client('serving').getServingState({})).pendingCount === 0;
  await until('serving knows of the like', isApplied);
  await fleet.client('serving').recommend(serving.RecommendRequest.fromPartial({ userId: like.userId }));
  await fleet.client('training').listModels(training.ListModelsRequest.fromPartial({}));
  await fleet.settledStats();
});

afterAll(() => fleet[Symbol.asyncDispose]());

async function readMetrics(service: ServiceName, accept = 'text/plain'): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${ports[SERVICES.indexOf(service)]}/metrics`, { headers: { accept } });
  return answer.text();
}

describe('every service', () => {
  it.each(SERVICES)('%s shows its calls, its messages, its stores and its process by the conventions', async (name) => {
    const shown = await readMetrics(name);
    const families = new Set([...shown.matchAll(/^# TYPE (\S+) /gm)].map(([, family]) => family));
    expect([...families]).toEqual(
      expect.arrayContaining([
        ...['rpc_server_call_duration', 'messaging_process_duration', 'messaging_client_consumed_messages_total'],
        ...['attune_event_log_visible_after', 'attune_event_log_lag', 'db_client_operation_duration'],
        ...['nodejs_eventloop_delay_p99', 'nodejs_eventloop_utilization', 'v8js_gc_duration', 'v8js_memory_heap_used'],
        ...['attune_heap_size_limit', 'process_cpu_time_total', 'process_memory_usage', 'process_uptime'],
        ...['otel_sdk_processor_span_queue_size'],
      ]),
    );
  });

  it('shows what it asks of others, of PostgreSQL and of Redis', async () => {
    expect(await readMetrics('serving')).toMatch(
      /^rpc_client_call_duration_count\{rpc_system_name="grpc",rpc_method="attune\.feature_store\.[^"]*",rpc_response_status_code="OK"/m,
    );
    const store = await readMetrics('feature-store');
    expect(store).toMatch(/^db_client_operation_duration_count\{.*db_system_name="redis".*\} \d/m);
    expect(store).toMatch(/^db_client_operation_duration_count\{.*db_system_name="postgresql".*\} \d/m);
    expect(store).toMatch(/^db_client_connection_pending_requests\{.*\} 0$/m);
    expect(store).toMatch(/^db_client_connection_count\{/m);
    expect(await readMetrics('training')).toMatch(
      /^attune_jobs_depth\{attune_queue="[^"]+",attune_state="waiting".*\} 0$/m,
    );
  });

  it('tells spans that it could not send, and calls do not notice', async () => {
    const dropped = async () =>
      /^otel_sdk_processor_span_processed_total\{.*error_type=.*\} [1-9]/m.test(await readMetrics('serving'));
    await until('spans were dropped', dropped, { timeoutMs: 30_000 });
    expect((await fleet.client('serving').getServingState({})).pendingCount).toBe(0);
  });
});

describe('an exemplar', () => {
  it('leads from the duration of a slate to its trace', async () => {
    const shown = await readMetrics('serving', 'application/openmetrics-text; version=1.0.0');
    const bucket = shown.split('\n').find((line) => /^rpc_server_call_duration_bucket.*Recommend".* # \{/.test(line));
    const traceId = /trace_id="(\w+)"/.exec(bucket!)![1];
    await until('the trace is written', async () => readSpans(traceFile).some((span) => span.traceId === traceId));
    const trace = readSpans(traceFile).filter((span) => span.traceId === traceId);
    expect(trace.map(({ name }) => name)).toContainEqual(expect.stringContaining('/Recommend'));
  });
});

const withPrometheus = programs === undefined ? it.skip : it;
if (programs === undefined)
  process.stderr.write('SKIPPED: no Prometheus is on the PATH and none can be fetched here\n');

describe('Prometheus', () => {
  withPrometheus('takes in what the services show, exemplars included', async () => {
    const [port] = await freePorts(1);
    const server = startPrometheus(port!);
    try {
      const ask = async (path: string) => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
        // biome-ignore lint/suspicious/noExplicitAny: what Prometheus answers has no type here
        return ((await answer.json()) as any).data;
      };
      const query = (expr: string) => `query?query=${encodeURIComponent(expr)}`;
      const isUp = async () => (await ask(query('sum(up)')).catch(() => undefined))?.result[0]?.value[1] === '3';
      await until('Prometheus has read every service', isUp, { timeoutMs: 30_000 });
      const { result } = await ask(query('sum(rpc_server_call_duration_count{rpc_method=~".*/Recommend"})'));
      expect(Number(result[0].value[1])).toBeGreaterThan(0);
      const range = `start=${Date.now() / 1_000 - 300}&end=${Date.now() / 1_000 + 60}`;
      const series = encodeURIComponent('rpc_server_call_duration_bucket{rpc_method=~".*/Recommend"}');
      const found = await ask(`query_exemplars?query=${series}&${range}`);
      expect(found[0].exemplars[0].labels.trace_id).toMatch(/^[0-9a-f]{32}$/);
    } finally {
      await ended(server);
    }
  });
});

function startPrometheus(port: number): ChildProcess {
  const config = join(folder, 'prometheus.yaml');
  mkdirSync(join(folder, 'tsdb'), { recursive: true });
  const targets = ports.map((at) => `'127.0.0.1:${at}'`).join(', ');
  writeFileSync(
    config,
    `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: attune, static_configs: [{ targets: [${targets}] }] }]\n`,
  );
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
  ];
  return spawn(programs!.prometheus, args, { stdio: 'ignore' });
}

async function ended(child: ChildProcess): Promise<void> {
  const end = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await end;
}
