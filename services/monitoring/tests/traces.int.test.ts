import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { loadSettings } from '@attune/config';
import { type Client, createClient, type monitoring, otlp, rpcStatus, SERVICES } from '@attune/contracts';
import type { RunningService } from '@attune/kit';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { freePorts, settingsOf, useInfra } from '@attune/testkit';
import { monitoringSettings } from '../src/config';
import { startMonitoring } from '../src/service';

jest.setTimeout(60_000);
const infra = useInfra();
const SECRET = 'a secret for tests, 32 characters or more';
const START_NANOS = 1_767_571_200_000_250_000n;
let service: RunningService;
let client: Client<monitoring.MonitoringServiceServer> & AsyncDisposable;
let database: Database;
let url: string;

beforeAll(async () => {
  const [port] = await freePorts(1);
  const env = { ...settingsOf(infra), ATTUNE_PRIVACY_SECRET: SECRET, ATTUNE_MONITORING_OTLP_PORT: String(port) };
  service = await startMonitoring(loadSettings(monitoringSettings, env));
  client = createClient({ definition: SERVICES.monitoring.definition, address: service.address, caller: 'test' });
  database = await openDatabase({
    ...{ url: infra.databaseUrl, schema: schemaFor(infra.namespace, 'monitoring'), applicationName: 'test' },
    ...{ maxConnections: 2, logger: service.logger },
  });
  url = `http://127.0.0.1:${port}/v1/traces`;
});

afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  await client?.[Symbol.asyncDispose]();
  await service?.[Symbol.asyncDispose]();
});

const idOf = (digit: string, bytes: number) => Buffer.from(digit.repeat(bytes * 2), 'hex');
const text = (key: string, stringValue: string) =>
  ({ key, value: { value: { $case: 'stringValue', value: stringValue } } }) as const;

/** A request of one process with two spans of a trace; `digit` makes its ids. */
function aRequest(digit: string, service = 'serving'): otlp.ExportTraceServiceRequest {
  const span = { traceId: idOf(digit, 16), name: 'read', startTimeUnixNano: START_NANOS };
  return otlp.ExportTraceServiceRequest.fromPartial({
    resourceSpans: [
      {
        resource: { attributes: [text('service.name', service)] },
        scopeSpans: [
          {
            spans: [
              {
                ...{
                  ...span,
                  spanId: idOf('2', 8),
                  parentSpanId: idOf('1', 8),
                  startTimeUnixNano: START_NANOS + 1_000_000n,
                },
                endTimeUnixNano: START_NANOS + 1_500_000n,
                attributes: [text('user_id', 'ann'), text('db.system.name', 'redis')],
                status: { code: otlp.Status_StatusCode.ERROR },
              },
              {
                ...{ ...span, spanId: idOf('1', 8), name: 'answer', kind: otlp.Span_SpanKind.SERVER },
                endTimeUnixNano: START_NANOS + 2_000_000n,
              },
            ],
          },
        ],
      },
    ],
  });
}

const bytesOf = (request: otlp.ExportTraceServiceRequest) =>
  Buffer.from(otlp.ExportTraceServiceRequest.encode(request).finish());

function post(body: Buffer | string, headers: Record<string, string> = {}, to = url): Promise<Response> {
  return fetch(to, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', ...headers },
    body: body as never,
  });
}

/** Sends a request all but its last byte, which it keeps until it is told to finish. */
function slowly(body: Buffer) {
  const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
  const sent = httpRequest(url, { method: 'POST', headers, agent: false });
  // whoever was refused has no connection any more
  sent.on('error', () => undefined);
  const answer = new Promise<IncomingMessage>((resolve) =>
    sent.once('response', (response) => resolve(response.resume())),
  );
  sent.write(body.subarray(0, -1));
  return { answer, finish: () => sent.end(body.subarray(-1)) };
}

const getTrace = async (digit: string) => (await client.getTrace({ traceId: digit.repeat(32) })).spans;

describe('before the first span', () => {
  it('says that nobody sends any', async () => {
    await expect(getTrace('9')).rejects.toMatchObject({ code: 'failed_precondition.no_traces' });
  });
});

describe('spans that are sent', () => {
  it('are read as a trace, in the order of their starts, with no user id', async () => {
    const response = await post(bytesOf(aRequest('a')));
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([200, 0]);
    const [root, inner] = await getTrace('a');
    expect(root).toMatchObject({ name: 'answer', kind: 'server', service: 'serving', parentSpanId: '', durationMs: 2 });
    expect(root!.startedAt!.getTime() + root!.startedFractionMs).toBeCloseTo(1_767_571_200_000.25, 2);
    expect(inner).toMatchObject({ parentSpanId: '1'.repeat(16), hasFailed: true, durationMs: 0.5, kind: 'internal' });
    expect(inner!.attributes['db.system.name']).toBe('redis');
    expect(inner!.attributes.user_id).toMatch(/^[\w-]{22}$/);
    const { rows } = await database.query('SELECT spans::text AS kept FROM spans');
    expect(JSON.stringify(rows)).not.toContain('ann');
  });

  it('come packed, and in JSON with ids in hexadecimal digits', async () => {
    expect((await post(gzipSync(bytesOf(aRequest('b'))), { 'content-encoding': 'gzip' })).status).toBe(200);
    const json = JSON.stringify(otlp.ExportTraceServiceRequest.toJSON(aRequest('c')), (key, value) =>
      /^(traceId|spanId|parentSpanId)$/.test(key) ? Buffer.from(value, 'base64').toString('hex') : value,
    );
    const response = await post(json, { 'content-type': 'application/json; charset=utf-8' });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    const nameless = (spans: readonly monitoring.TracedSpan[]) =>
      spans.map(({ name, durationMs }) => [name, durationMs]);
    expect(nameless(await getTrace('b'))).toEqual(nameless(await getTrace('a')));
    expect(nameless(await getTrace('c'))).toEqual(nameless(await getTrace('a')));
  });

  it('count once when they are sent again, and come together from several processes', async () => {
    await post(bytesOf(aRequest('d')));
    await post(bytesOf(aRequest('d')));
    expect(await getTrace('d')).toHaveLength(2);
  });

  it('are passed over one by one where they are none, and the answer says so', async () => {
    const request = aRequest('e');
    request.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId = Buffer.from('short');
    const answer = otlp.ExportTraceServiceResponse.decode(
      Buffer.from(await (await post(bytesOf(request))).arrayBuffer()),
    );
    expect(answer.partialSuccess?.rejectedSpans).toBe(1n);
    expect(await getTrace('e')).toHaveLength(1);
  });
});

describe('what is no request with spans', () => {
  it.each([
    ['bytes that are no protobuf', Buffer.from('ffffffffff', 'hex'), {}],
    ['no gzip', Buffer.from('no gzip'), { 'content-encoding': 'gzip' }],
    ['no JSON', '{', { 'content-type': 'application/json' }],
    [
      'JSON of something else',
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":5}]}]}]}',
      { 'content-type': 'application/json' },
    ],
    ['JSON that is nested without an end', `${'['.repeat(200_000)}`, { 'content-type': 'application/json' }],
  ])('is answered 400 with a status: %s', async (_, body, headers: Record<string, string>) => {
    const response = await post(body, headers);
    expect(response.status).toBe(400);
    const raw = Buffer.from(await response.arrayBuffer());
    const isJson = headers['content-type'] === 'application/json';
    const status = isJson ? rpcStatus.Status.fromJSON(JSON.parse(String(raw))) : rpcStatus.Status.decode(raw);
    expect(status).toMatchObject({ code: 3, message: expect.stringMatching(/body/) });
  });

  it('is answered 413 where it is too large, packed or not', async () => {
    expect((await post(Buffer.alloc(4_194_305))).status).toBe(413);
    expect((await post(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' })).status).toBe(413);
  });

  it('is told where it belongs', async () => {
    const at = (path: string) => post('', {}, url.replace('/v1/traces', path));
    expect([(await at('/v1/metrics')).status, (await at('/v1/logs')).status, (await at('/')).status]).toEqual([
      501, 501, 404,
    ]);
    expect((await fetch(url)).status).toBe(405);
    expect((await post('', { 'content-type': 'text/plain' })).status).toBe(415);
  });
});

describe('too many requests at once', () => {
  it('are refused at once and told when to come again, while the others are taken', async () => {
    const body = bytesOf(aRequest('f'));
    const sent = Array.from({ length: 9 }, () => slowly(body));
    const refused = await Promise.race(sent.map(({ answer }) => answer));
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    for (const { finish } of sent) finish();
    const statuses = await Promise.all(sent.map(async ({ answer }) => (await answer).statusCode));
    expect(statuses.sort()).toEqual([...Array(8).fill(200), 429]);
    expect((await post(body)).status).toBe(200);
  });
});

describe('a database that does not take spans', () => {
  it('is answered 503 with the time to come again, and nothing is lost once it does', async () => {
    await database.query('ALTER TABLE spans RENAME TO away');
    const response = await post(bytesOf(aRequest('7')));
    await database.query('ALTER TABLE away RENAME TO spans');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await post(bytesOf(aRequest('7')))).status).toBe(200);
    expect(await getTrace('7')).toHaveLength(2);
  });
});

describe('a trace that is asked for', () => {
  it('is told to be unknown, with the reasons that there may be', async () => {
    await expect(getTrace('8')).rejects.toMatchObject({
      code: 'not_found.trace',
      message: expect.stringContaining('24 hours'),
    });
  });

  it.each(['', '0'.repeat(32), 'xyz', 'a'.repeat(31)])('must have an id: "%s"', async (traceId) => {
    await expect(client.getTrace({ traceId })).rejects.toMatchObject({ violations: [{ field: 'trace_id' }] });
  });
});
