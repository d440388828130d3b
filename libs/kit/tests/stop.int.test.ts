import { AppError } from '@attune/errors';
import { useInfra } from '@attune/testkit';
import { healthOf } from './health';
import { recordingLogger } from './recording-logger';
import { aSubscription, failureOf, SMALL_NAME, series, useSmallServices } from './use-small-services';

const services = useSmallServices(useInfra());

describe('the stop', () => {
  it('lets calls in flight end first, then stops consumers, then what was wired, then connections', async () => {
    const order: string[] = [];
    const logger = recordingLogger();
    const service = await services.start({
      overrides: { logger },
      subscriptions: [aSubscription(order)],
      onCompose: (_, stack) => stack.defer('worker', () => void order.push('worker')),
    });
    const call = services
      .clientOf(service)
      .getTimeSeries(series('sleep:in_flight'))
      .then(() => order.push('call'));
    await services.untilStatements('in_flight', 1);
    const stopping = service[Symbol.asyncDispose]();
    await services.database.query("INSERT INTO acks (alert) VALUES ('in_flight')");
    await Promise.all([call, stopping]);
    expect(order).toEqual(['call', 'consumer', 'worker']);
    const steps = logger.records.filter(({ message }) => message === 'stopped').map(({ details }) => details.step);
    expect(steps).toEqual([
      'readiness',
      'calls in flight',
      'sweep of answers',
      'consumers',
      'worker',
      'clients of peers',
      'redis',
      'postgres',
    ]);
  });

  it('ends calls by force when they outlast the drain', async () => {
    const service = await services.start({ env: { ATTUNE_DRAIN_TIMEOUT_MS: '50' } });
    const call = failureOf(services.clientOf(service).getTimeSeries(series('sleep:endless')));
    await services.untilStatements('endless', 1);
    await service[Symbol.asyncDispose]();
    expect(await call).toBeInstanceOf(AppError);
    await services.untilStatements('endless', 0);
  });

  it('is not healthy while it drains, and still takes calls until load balancers have noticed', async () => {
    const service = await services.start({ env: { ATTUNE_DRAIN_DELAY_MS: '400' } });
    const client = services.clientOf(service);
    const stopping = service[Symbol.asyncDispose]();
    expect(await healthOf(service.address, SMALL_NAME)).toBe('NOT_SERVING');
    expect((await client.getTimeSeries(series('late'))).unit).toBe('late');
    await stopping;
  });
});
