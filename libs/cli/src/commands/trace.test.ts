import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { events, featureStore, monitoring, SERVICES } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { makeProgram } from '../program';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const logger = { ...quiet, child: () => quiet } as never;
const TRACE = 'a'.repeat(32);
const HOUR_MS = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'attune-trace-'));
let server: GrpcServer;
let decidedAt: Date;
/** What the service answers to one question after the other; the last for all that follow. */
let answers: (readonly monitoring.TracedSpan[] | AppError)[] = [];

const span = (spanId: string, name: string, startedAt: Date, durationMs: number) =>
  monitoring.TracedSpan.fromPartial({ spanId, name, service: 'serving', kind: 'server', startedAt, durationMs });
const unknown = new AppError('not_found.trace', 'no span of this trace is kept');

beforeAll(async () => {
  const getTrace = async () => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof AppError) throw answer;
    return { spans: [...answer] };
  };
  const getDecision = async ({ decisionId }: featureStore.GetDecisionRequest) =>
    featureStore.GetDecisionResponse.fromPartial({
      decision: events.DecisionRecord.fromPartial({
        decisionId,
        traceId: decisionId === 'untraced' ? '' : TRACE,
        decidedAt,
      }),
    });
  const services = [
    serviceOf({ definition: SERVICES.monitoring.definition, handlers: { getTrace } }),
    serviceOf({ definition: SERVICES['feature-store'].definition, handlers: { getDecision } }),
  ];
  server = await startGrpcServer({ listen: '127.0.0.1:0', services, logger });
});

beforeEach(() => {
  decidedAt = new Date(Date.now() - HOUR_MS);
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await server[Symbol.asyncDispose]();
});

async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const env = { ATTUNE_FEATURE_STORE_ADDRESS: server.address, ATTUNE_MONITORING_ADDRESS: server.address };
  const program = makeProgram({ env, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', 'trace', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

describe('attune trace', () => {
  it('draws the trace that the monitoring service has', async () => {
    answers = [[span('1', 'grpc.attune.serving.v1.ServingService/Recommend', decidedAt, 12)]];
    const { out, exitCode } = await attune(TRACE);
    expect(exitCode).toBe(0);
    expect(out).toContain(`Trace ${TRACE}: 1 span of 1 service, 12.00 ms`);
    expect(out).toMatch(/serving: Recommend +0\.00 +12\.00 \|#+/);
  });

  it('finds the trace of a decision, and gives programs its spans', async () => {
    answers = [[span('1', 'Recommend', new Date(decidedAt.getTime() + 1), 12)]];
    const { out } = await attune('some-decision', '--json');
    expect(JSON.parse(out)).toMatchObject([{ traceId: TRACE, spanId: '1', startedAtMs: decidedAt.getTime() + 1 }]);
    expect(JSON.parse(out)[0].parentSpanId).toBeUndefined();
  });

  it('waits for spans that are on their way, of a slate that was only just made', async () => {
    decidedAt = new Date();
    const old = new Date(Date.now() - HOUR_MS);
    answers = [
      unknown,
      [span('1', 'Recommend', new Date(), 5)],
      [span('1', 'Recommend', old, 5), span('2', 'more', old, 1)],
    ];
    const { out } = await attune('some-decision', '--json');
    expect(JSON.parse(out)).toHaveLength(2);
  });

  it('says that a trace was not recorded, and how one is for certain', async () => {
    answers = [unknown];
    const { err, exitCode } = await attune('some-decision');
    expect(exitCode).toBe(1);
    expect(err).toContain('only a share of traces is');
    expect(err).toContain('recommend --trace');
  });

  it('says that a decision is too old', async () => {
    answers = [unknown];
    decidedAt = new Date(Date.now() - 25 * HOUR_MS);
    expect((await attune('some-decision')).err).toContain('spans are kept for a day');
  });

  it('says that nobody traced, or that nobody keeps traces', async () => {
    expect((await attune('untraced')).err).toContain('nobody traced');
    answers = [new AppError('failed_precondition.traces_not_received', 'set ATTUNE_MONITORING_OTLP_PORT')];
    expect((await attune(TRACE)).err).toContain('set ATTUNE_MONITORING_OTLP_PORT');
  });

  it('reads a file of spans where one is named', async () => {
    const file = join(folder, 'spans.jsonl');
    const line = {
      name: 'Recommend',
      traceId: TRACE,
      spanId: '1',
      service: 'serving',
      startedAtMs: 5,
      durationMs: 2,
      attributes: {},
    };
    writeFileSync(file, `${JSON.stringify(line)}\n${JSON.stringify({ ...line, traceId: 'b'.repeat(32) })}\n{"half`);
    const { out } = await attune(TRACE, '--file', file, '--json');
    expect(JSON.parse(out)).toEqual([line]);
    expect((await attune('c'.repeat(32), '--file', file)).err).toContain('has no span of trace');
    expect((await attune(TRACE, '--file', join(folder, 'nothing'))).err).toContain('cannot be read');
  });
});
