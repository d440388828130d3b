import { join } from 'node:path';
import { type ServiceName, serving } from '@attune/contracts';
import { schemaFor } from '@attune/postgres';
import { anInteraction, freePorts, useInfra } from '@attune/testkit';
import { Client as Postgres } from 'pg';
import { attune, attuneJson } from '../support/attune-cli';
import { PATIENT } from '../support/patient';
import { type ProcessFleet, startProcessFleet } from '../support/process-fleet';
import { ROOT } from '../support/root';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(90_000);
const infra = useInfra();
const SERVICES: readonly ServiceName[] = ['feature-store', 'training', 'serving', 'monitoring'];
const USER = 'somebody-4711';
const folder = tempFolder();
let fleet: ProcessFleet;

interface Span {
  readonly traceId: string;
  readonly service: string;
  readonly name: string;
}

beforeAll(async () => {
  const [port] = await freePorts(1);
  fleet = await startProcessFleet({
    infra,
    services: SERVICES,
    require: [join(ROOT, 'libs', 'telemetry', 'dist', 'register.js')],
    env: (name) => ({
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
      OTEL_BSP_SCHEDULE_DELAY: '200',
      // none but those that somebody asks for
      OTEL_TRACES_SAMPLER_ARG: '0',
      ...(name === 'serving' ? PATIENT : {}),
      ...(name === 'monitoring' ? { ATTUNE_MONITORING_OTLP_PORT: String(port) } : {}),
    }),
  });
  const like = anInteraction({ userId: USER, itemId: 'something-0815', occurredAt: undefined });
  await fleet.client('feature-store').recordInteractions({ interactions: [like], producer: 'e2e' });
  await fleet.settledStats();
});

afterAll(() => fleet?.[Symbol.asyncDispose]());

const cli = () => ({ addressSettings: fleet.addressSettings, folder });

describe('the trace of a slate', () => {
  it('is recorded when somebody asks for it, and drawn across the services', async () => {
    const slate = await attuneJson<{ traceId: string; decisionId: string }>(
      cli(),
      'recommend',
      '--user',
      USER,
      '--trace',
    );
    const { stdout, exitCode } = await attune(cli(), 'trace', slate.traceId);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Trace ${slate.traceId}:`);
    expect(stdout).toMatch(/^serving: Recommend .*\|#+$/m);
    expect(stdout).toMatch(/^ +feature-store: GetUsers .*\| *[#=]+$/m);
    expect(stdout).toContain('What the answer waited for longest:');
    // the record of the decision is written after the answer, in the same trace
    const spans = await attuneJson<Span[]>(cli(), 'trace', slate.decisionId);
    const kept = (service: string) => spans.filter((span) => span.service === service).map(({ name }) => name);
    expect(kept('feature-store')).toContain('process decisions.v1');
    expect(kept('serving')).toContain('sources/trending');
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([slate.traceId]));
  });

  it('names no user, and none of it is about keeping spans', async () => {
    const postgres = new Postgres({ connectionString: infra.databaseUrl });
    await postgres.connect();
    const { rows } = await postgres.query<{ kept: string }>(
      `SELECT spans::text AS kept FROM ${schemaFor(infra.namespace, 'monitoring')}.spans`,
    );
    await postgres.end();
    expect(rows.length).toBeGreaterThan(1);
    const kept = rows.map((row) => row.kept).join('\n');
    expect(kept).not.toContain(USER);
    expect(kept).not.toMatch(/INTO spans/i);
  });

  it('is not recorded otherwise, and that is said', async () => {
    const slate = await attuneJson<{ decisionId: string }>(cli(), 'recommend', '--user', USER);
    const { stderr, exitCode } = await attune(cli(), 'trace', slate.decisionId);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('only a share of traces is');
  });
});

describe('a monitoring service that is frozen', () => {
  it('holds up no slate, though every trace is recorded', async () => {
    const { pid } = fleet.process('monitoring');
    process.kill(pid, 'SIGSTOP');
    try {
      const traceParent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
      for (let n = 0; n < 100; n += 1) {
        const request = serving.RecommendRequest.fromPartial({ userId: USER, surface: 'home', count: 5 });
        const slate = await fleet.client('serving').recommend(request, { traceParent, deadlineMs: 3_000 });
        expect(slate.decisionId).not.toBe('');
      }
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});
