import { connect, featureStore, SERVICES } from '@attune/contracts';
import { serviceOf, startGrpcServer } from '../src';
import { recordingLogger } from './echo-service';

/** A feature-store that tells for how long each call may last, in the count of its users. */
async function startStore() {
  const handlers = {
    getStoreStats: async (_: featureStore.GetStoreStatsRequest, { deadline }: { deadline: Date }) =>
      featureStore.GetStoreStatsResponse.fromPartial({ userCount: deadline.getTime() - Date.now() }),
    getItems: () => new Promise<never>(() => undefined),
  };
  const service = serviceOf({ definition: SERVICES['feature-store'].definition, handlers });
  return startGrpcServer({ listen: '127.0.0.1:0', services: [service], logger: recordingLogger() });
}

describe('connect', () => {
  it('gives every call the deadline of its method, or that of the others', async () => {
    await using store = await startStore();
    const deadlineMs = { other: 60, getStoreStats: 40_000 };
    await using client = connect('feature-store', { address: store.address, caller: 'tests', deadlineMs });
    const { userCount } = await client.getStoreStats({});
    expect(userCount).toBeGreaterThan(30_000);
    expect(userCount).toBeLessThanOrEqual(40_000);
    await expect(client.getItems({ itemIds: ['a'] })).rejects.toMatchObject({
      code: expect.stringMatching(/^deadline/),
    });
  });

  it('says at once what is wrong with an address', () => {
    const address = 'serving-0:7104,serving-1:7104';
    expect(() => connect('serving', { address, caller: 'tests', deadlineMs: 100 })).toThrow(/dns:\/\/\/name:port/);
  });

  it('sends nothing where the call that it is made for has no time left', async () => {
    await using store = await startStore();
    await using client = connect('feature-store', { address: store.address, caller: 'tests', deadlineMs: 1_000 });
    const parent = { signal: new AbortController().signal, deadline: new Date(), requestId: 'r' };
    await expect(client.getStoreStats({}, { parent })).rejects.toMatchObject({ code: 'deadline.exceeded' });
  });
});
