import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient, featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { serviceOf, startGrpcServer } from '../src';
import { anEcho, type Echo, recordingLogger, startEcho } from './echo-service';
import { rawCall } from './raw-call';

const run = promisify(execFile);
const BUF = join(__dirname, '..', '..', '..', 'node_modules', '.bin', 'buf');
const buf = async (...args: string[]) =>
  (await run(BUF, ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args])).stdout;
const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => new AppError('internal.test', 'the call was meant to fail'),
    (error) => error,
  );

async function startFeatureStore() {
  const service = serviceOf({
    definition: featureStore.FeatureStoreServiceService,
    handlers: { getStoreStats: async () => featureStore.GetStoreStatsResponse.fromPartial({}) },
  });
  return startGrpcServer({ listen: '127.0.0.1:0', services: [service], logger: recordingLogger() });
}

describe('reflection', () => {
  it('lets buf curl list every method', async () => {
    await using server = await startFeatureStore();
    const methods = (await buf('--list-methods', `http://${server.address}`)).trim().split('\n');
    const declared = Object.values(featureStore.FeatureStoreServiceService).map(({ path }) => path.slice(1));
    expect(methods).toEqual(expect.arrayContaining([...declared, 'grpc.health.v1.Health/Check']));
  });

  it.each(['grpc-v1', 'grpc-v1alpha'])('lets buf curl call a method it has never heard of (%s)', async (protocol) => {
    await using server = await startFeatureStore();
    const url = `http://${server.address}/attune.feature_store.v1.FeatureStoreService/GetStoreStats`;
    expect(JSON.parse(await buf('--reflect-protocol', protocol, '--data', '{}', url))).toEqual({});
  });

  it('answers UNIMPLEMENTED with a reason for what is not built', async () => {
    await using server = await startFeatureStore();
    await using client = createClient({
      definition: featureStore.FeatureStoreServiceService,
      address: server.address,
      caller: 'tests',
    });
    const error = await failureOf(client.getDecision(featureStore.GetDecisionRequest.fromPartial({ decisionId: 'd' })));
    expect(error).toMatchObject({ code: 'unimplemented.rpc' });
  });
});

describe('health', () => {
  it('is true per service', async () => {
    await using server = await startFeatureStore();
    const name = 'attune.feature_store.v1.FeatureStoreService';
    const check = async () => {
      const data = JSON.stringify({ service: name });
      return JSON.parse(await buf('--data', data, `http://${server.address}/grpc.health.v1.Health/Check`)).status;
    };
    expect(await check()).toBe('SERVING');
    server.setServing(name, false);
    expect(await check()).toBe('NOT_SERVING');
  });
});

describe('a drain', () => {
  it('lets calls in flight end and takes no new ones', async () => {
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    await using echo = await startEcho({
      say: async (request) => {
        started.resolve();
        await gate.promise;
        return request;
      },
    });
    const inFlight = echo.client.say(anEcho('in flight'));
    await started.promise;
    const drained = echo.server.drain(10_000);
    const { error } = await rawCall(echo.server.address, {
      path: '/attune.test.v1.EchoService/Say',
      deadlineMs: 2_000,
    });
    expect(error).toBeDefined();
    gate.resolve();
    expect(await inFlight).toEqual(anEcho('in flight'));
    await drained;
  });

  it('ends by force at its timeout', async () => {
    const started = Promise.withResolvers<void>();
    await using echo = await startEcho({
      say: () => {
        started.resolve();
        return new Promise(() => undefined);
      },
    });
    const failure = failureOf(echo.client.say(anEcho('x'), { deadlineMs: 5_000 }));
    await started.promise;
    await echo.server.drain(50);
    expect((await failure).code.split('.')[0]).toMatch(/unavailable|cancelled/);
  });
});

describe('access', () => {
  let folder: string;
  let authTokensFile: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-grpc-'));
    authTokensFile = join(folder, 'tokens.json');
    writeFileSync(authTokensFile, JSON.stringify({ 'operator-token-1': 'operator', 'public-token-0001': 'public' }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const handlers = { say: async (request: Echo) => request, change: async (request: Echo) => request };
  const startWith = (authToken?: string) =>
    startEcho(handlers, { authTokensFile, client: authToken === undefined ? {} : { authToken } });

  it('is refused without a token and with one that is not known', async () => {
    await using nobody = await startWith();
    expect(await failureOf(nobody.client.say(anEcho('x')))).toMatchObject({ code: 'unauthenticated.token_missing' });
    await using stranger = await startWith('some-other-token');
    expect(await failureOf(stranger.client.say(anEcho('x')))).toMatchObject({ code: 'unauthenticated.token_unknown' });
  });

  it('is given by the rule of each method', async () => {
    await using product = await startWith('public-token-0001');
    expect(await product.client.say(anEcho('x'))).toEqual(anEcho('x'));
    expect(await failureOf(product.client.change(anEcho('x')))).toMatchObject({ code: 'permission.role' });
    await using operator = await startWith('operator-token-1');
    expect(await operator.client.change(anEcho('x', 'r'))).toEqual(anEcho('x', 'r'));
  });

  it('beyond loopback needs TLS and tokens', async () => {
    const start = startGrpcServer({ listen: '0.0.0.0:0', services: [], logger: recordingLogger() });
    expect(await failureOf(start)).toMatchObject({
      code: 'invalid.settings',
      message: expect.stringContaining('a TLS certificate and key and a file of tokens'),
    });
  });

  it('goes through TLS with a certificate from files', async () => {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2'];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      keyFile,
      '-out',
      certFile,
      ...subject,
    ]);
    await using echo = await startEcho(handlers, { tls: { keyFile, certFile }, client: { tls: { caFile: certFile } } });
    expect(await echo.client.say(anEcho('secret'))).toEqual(anEcho('secret'));
  });

  it('needs a rule for every method', async () => {
    await expect(startEcho(handlers, { service: { rules: {} as never } })).rejects.toMatchObject({
      code: 'internal.access_rule',
    });
  });
});
