import { monitoring } from '@attune/contracts';
import type { AppError } from '@attune/errors';
import { freePorts, openCuttableProxy, until, useInfra } from '@attune/testkit';
import type { Platform } from '../src/platform';
import { healthOf } from './health';
import { SMALL_NAME, untilHealth, useSmallServices } from './use-small-services';

const infra = useInfra();
const services = useSmallServices(infra);

describe('health while it starts', () => {
  it('is not healthy before its own readiness check has succeeded', async () => {
    const [port] = await freePorts(1);
    const address = `127.0.0.1:${port}`;
    let health = '';
    const ready = async () => {
      health ||= await healthOf(address, SMALL_NAME);
    };
    const service = await services.start({ ready, env: { ATTUNE_LISTEN: address } });
    expect(health).toBe('NOT_SERVING');
    expect(await healthOf(service.address, SMALL_NAME)).toBe('SERVING');
  });
});

describe('health while it runs', () => {
  it('goes when PostgreSQL goes, and comes back with it', async () => {
    await using road = await openCuttableProxy({ targetUrl: infra.databaseUrl });
    const service = await services.start({ env: { DATABASE_URL: road.url } });
    road.cut();
    await untilHealth(service.address, 'NOT_SERVING');
    road.mend();
    await untilHealth(service.address, 'SERVING');
    await service[Symbol.asyncDispose]();
  });

  it('follows the readiness check of the service itself', async () => {
    let isReady = true;
    const ready = async () => {
      if (!isReady) throw new Error('no model any more');
    };
    const service = await services.start({ ready });
    isReady = false;
    await untilHealth(service.address, 'NOT_SERVING');
    isReady = true;
    await untilHealth(service.address, 'SERVING');
  });
});

describe('health without Redis', () => {
  const redis = { ping: () => Promise.reject(new Error('gone')) } as unknown as Platform['redis'];

  it('goes when the service needs it', async () => {
    const service = await services.start({ overrides: { redis } });
    await untilHealth(service.address, 'NOT_SERVING');
  });

  it('stays when the service lives without it', async () => {
    let rounds = 0;
    const several = Promise.withResolvers<void>();
    const ready = async () => {
      rounds += 1;
      if (rounds === 6) several.resolve();
    };
    const service = await services.start({ overrides: { redis }, livesWithout: ['redis'], ready });
    await several.promise;
    expect(await healthOf(service.address, SMALL_NAME)).toBe('SERVING');
  });
});

describe('a service that lives without PostgreSQL', () => {
  it('starts while it is away, says what cannot be done, and uses it once it is back', async () => {
    await using road = await openCuttableProxy({ targetUrl: infra.databaseUrl });
    road.cut();
    const service = await services.start({ env: { DATABASE_URL: road.url }, livesWithout: ['postgres'] });
    expect(await healthOf(service.address, SMALL_NAME)).toBe('SERVING');
    const client = services.clientOf(service);
    const request = monitoring.AcknowledgeAlertRequest.fromPartial({ alertId: 'late' });
    const outcomes: string[] = [];
    const acknowledge = async () => {
      outcomes.push(
        await client.acknowledgeAlert(request).then(
          () => 'stored',
          (error: AppError) => error.code,
        ),
      );
      return outcomes.at(-1) === 'stored';
    };
    await acknowledge();
    road.mend();
    await until('the row is stored', acknowledge);
    expect(outcomes[0]).toMatch(/^unavailable/);
    await service[Symbol.asyncDispose]();
  });
});
