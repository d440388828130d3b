import { type CuttableProxy, openCuttableProxy, until, useInfra } from '@attune/testkit';
import { Bandits } from './fixtures/a-bandit';

const infra = useInfra();

/** A bandit whose way to one server a test can cut. */
async function behind(setting: 'DATABASE_URL' | 'REDIS_URL', stack: AsyncDisposableStack) {
  const targetUrl = setting === 'DATABASE_URL' ? infra.databaseUrl : infra.redisUrl;
  const road: CuttableProxy = stack.use(await openCuttableProxy({ targetUrl }));
  const bandits = stack.use(await Bandits.start({ env: { [setting]: road.url } }));
  await bandits.create();
  return { road, bandits };
}

describe('while a server is away', () => {
  it('choices go on by what is known, and count when PostgreSQL is back', async () => {
    await using stack = new AsyncDisposableStack();
    const { road, bandits } = await behind('DATABASE_URL', stack);
    road.cut();
    const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
    await bandits.interact(decisionId);
    await expect(bandits.client.getPolicy({ policy: 'clicks' })).rejects.toMatchObject({
      code: expect.stringMatching(/^unavailable/),
    });
    road.mend();
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1 });
  });

  it('choices wait for the event log, and rewards too', async () => {
    await using stack = new AsyncDisposableStack();
    const { road, bandits } = await behind('REDIS_URL', stack);
    road.cut();
    const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
    road.mend();
    await until('the choice is folded', async () => (await bandits.arm('left')).selectionCount === 1);
    expect(await bandits.tell({ decisionId })).toEqual({ counted: true });
    await bandits.settled();
    expect(await bandits.arm('left')).toMatchObject({ selectionCount: 1, rewardCount: 1 });
  });

  it('a reward that was told while the event log is away is recorded, and counts when it is back', async () => {
    await using stack = new AsyncDisposableStack();
    const { road, bandits } = await behind('REDIS_URL', stack);
    const { decisionId } = await bandits.select({ eligibleArms: ['left'] });
    await bandits.settled();
    road.cut();
    expect(await bandits.tell({ decisionId })).toEqual({ counted: true });
    road.mend();
    await until('the reward is folded', async () => (await bandits.arm('left')).rewardCount === 1);
    expect(await bandits.tell({ decisionId })).toEqual({ counted: false });
  });
});
