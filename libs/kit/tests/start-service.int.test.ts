import { AppError, isAppError } from '@attune/errors';
import { freePorts, useInfra } from '@attune/testkit';
import type { Platform } from '../src/platform';
import { healthOf } from './health';
import { recordingLogger } from './recording-logger';
import { aSubscription, failureOf, SMALL_NAME, series, useSmallServices } from './use-small-services';

const infra = useInfra();
const services = useSmallServices(infra);
const ack = (alertId: string, requestId: string) => ({
  alertId,
  actor: 'me',
  silenceUntil: undefined,
  note: '',
  requestId,
});
const acksOf = async (alert: string) =>
  (await services.database.query('SELECT 1 FROM acks WHERE alert = $1', [alert])).rowCount;

describe('startService', () => {
  it('migrates, connects, serves, and is healthy under its own name and as a whole', async () => {
    const service = await services.start();
    expect((await services.clientOf(service).getTimeSeries(series('latency'))).unit).toBe('latency');
    expect(await services.redis.get(`${infra.namespace}:monitoring:calls`)).toBe('1');
    expect([await healthOf(service.address, SMALL_NAME), await healthOf(service.address, '')]).toEqual([
      'SERVING',
      'SERVING',
    ]);
  });

  it('answers UNIMPLEMENTED for what is not built', async () => {
    const error = await failureOf(services.clientOf(await services.start()).getModelHealth({} as never));
    expect(isAppError(error, 'unimplemented')).toBe(true);
  });

  it('runs a mutating call once per request id, even when it reaches another process of the service', async () => {
    const [first, second] = [services.clientOf(await services.start()), services.clientOf(await services.start())];
    await first.acknowledgeAlert(ack('once', 'r1'));
    await second.acknowledgeAlert(ack('once', 'r1'));
    expect(await acksOf('once')).toBe(1);
  });

  it("cancels a call's statement in the database when its caller gives up", async () => {
    const client = services.clientOf(await services.start());
    const abort = new AbortController();
    const call = failureOf(client.getTimeSeries(series('sleep:given_up'), { signal: abort.signal }));
    await services.untilStatements('given_up', 1);
    abort.abort();
    expect(isAppError(await call, 'cancelled')).toBe(true);
    await services.untilStatements('given_up', 0);
  });

  it("cancels a call's statement in the database when its deadline passes", async () => {
    const client = services.clientOf(await services.start());
    const error = await failureOf(client.getTimeSeries(series('sleep:too_late'), { deadlineMs: 100 }));
    expect(isAppError(error, 'deadline')).toBe(true);
    await services.untilStatements('too_late', 0);
  });

  it('names the setting that a client of a peer is missing', async () => {
    let platform: Platform | undefined;
    await services.start({ onCompose: (given) => void (platform = given) });
    expect(() => platform?.client('bandit')).toThrow('ATTUNE_BANDIT_ADDRESS');
  });

  it('makes one client per peer', async () => {
    let platform: Platform | undefined;
    const peer = await services.start();
    await services.start({
      env: { ATTUNE_MONITORING_ADDRESS: peer.address },
      onCompose: (given) => void (platform = given),
    });
    const client = platform!.client('monitoring');
    expect((await client.getTimeSeries(series('from a peer'))).unit).toBe('from a peer');
    expect(platform!.client('monitoring')).toBe(client);
  });

  it('gives services with one privacy secret the same user keys, and no warning', async () => {
    const logger = recordingLogger();
    const keys: string[] = [];
    const onCompose = ({ privacy }: Platform) => void keys.push(privacy.userKeyOf('ann'));
    const env = { ATTUNE_PRIVACY_SECRET: 'a secret for tests, 32 characters or more' };
    for (let i = 0; i < 2; i++) await services.start({ env, onCompose, overrides: { logger } });
    expect(keys[1]).toBe(keys[0]);
    expect(logger.records.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('warns once that its pseudonyms hide nothing while no secret is set', async () => {
    const logger = recordingLogger();
    await services.start({ overrides: { logger } });
    const warnings = logger.records.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ message: expect.stringMatching(/set ATTUNE_PRIVACY_SECRET/) }]);
  });

  it('waits for all its consumers when asked whether it has caught up', async () => {
    const asked: string[] = [];
    const subscription = (name: string) => ({ ...aSubscription([]), caughtUp: async () => void asked.push(name) });
    const service = await services.start({ subscriptions: [subscription('a'), subscription('b')] });
    await service.caughtUp();
    expect(asked).toEqual(['a', 'b']);
  });
});

describe('a start that cannot succeed', () => {
  it('reports every setting that the service is missing, and the exposure, at once', async () => {
    const error = await failureOf(
      services.start({ env: { DATABASE_URL: '', REDIS_URL: '', ATTUNE_LISTEN: '0.0.0.0:0' } }),
    );
    expect((error as AppError).violations.map(({ field }) => field)).toEqual([
      'ATTUNE_TLS_CERT_FILE',
      'ATTUNE_TLS_KEY_FILE',
      'ATTUNE_AUTH_TOKENS_FILE',
      'ATTUNE_PRIVACY_SECRET',
      'DATABASE_URL',
      'REDIS_URL',
    ]);
  });

  it('closes what it had opened when the wiring fails', async () => {
    const logger = recordingLogger();
    const onCompose = (_: Platform, stack: { defer(name: string, close: () => void): void }) => {
      stack.defer('worker', () => undefined);
      throw new AppError('failed_precondition.model', 'no model');
    };
    expect(
      isAppError(await failureOf(services.start({ onCompose, overrides: { logger } })), 'failed_precondition'),
    ).toBe(true);
    const stopped = logger.records.filter(({ message }) => message === 'stopped').map(({ details }) => details.step);
    expect(stopped).toEqual(['worker', 'clients of peers', 'redis', 'postgres']);
  });

  it('says that PostgreSQL cannot be reached', async () => {
    const url = new URL(infra.databaseUrl);
    const [unused] = await freePorts(1);
    url.port = String(unused);
    expect(
      isAppError(await failureOf(services.start({ env: { DATABASE_URL: url.href } })), 'unavailable.postgres'),
    ).toBe(true);
  });
});
