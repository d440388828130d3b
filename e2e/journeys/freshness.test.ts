import { common, featureStore, SERVICES, type ServiceName, serving } from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { until, useInfra } from '@attune/testkit';
import { attune, attuneJson } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation } from '../support/load-simulation';
import { trainAndPromote } from '../support/train';

jest.setTimeout(180_000);
const infra = useInfra();
const REPETITIONS = 50;
let fleet: Fleet;
let surroundings: Parameters<typeof attune>[0];
let userIds: readonly string[];

beforeAll(async () => {
  fleet = await startFleet({
    infra,
    services: ['feature-store', 'training', 'serving'],
    settings: { ATTUNE_TRAINING_UPDATE_NEW_ITEM_MS: '200' },
  });
  const { interactions } = await loadSimulation(fleet.client('feature-store'));
  userIds = [...new Set(interactions.map(({ userId }) => userId))];
  await trainAndPromote(fleet.client('training'), 'popularity');
  await trainAndPromote(fleet.client('training'), 'als', { rank: 8, iterations: 4 });
  await fleet.caughtUp();
  surroundings = { addressSettings: fleet.addressSettings, folder: '' };
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

const slateOf = async (userId: string, count = 100) =>
  (await fleet.client('serving').recommend(serving.RecommendRequest.fromPartial({ userId, count }))).items;

async function record(userId: string, itemId: string, type = 'like'): Promise<void> {
  const interactions = [{ userId, itemId, type, occurredAt: new Date() }];
  const request = featureStore.RecordInteractionsRequest.fromPartial({ producer: 'e2e', interactions });
  const { outcomes } = await fleet.client('feature-store').recordInteractions(request);
  expect(outcomes[0]!.status).toBe(featureStore.InteractionStatus.ACCEPTED);
}

async function similarTo(itemId: string): Promise<readonly string[]> {
  const request = serving.SimilarItemsRequest.fromPartial({ itemId, count: 10 });
  return (await fleet.client('serving').similarItems(request)).items.map((item) => item.itemId);
}

const placeOf = (slate: readonly { readonly itemId: string }[], itemIds: readonly string[]) => {
  const ids = slate.map(({ itemId }) => itemId);
  return itemIds.reduce((sum, id) => sum + (ids.includes(id) ? ids.indexOf(id) : ids.length), 0) / itemIds.length;
};

describe('what somebody does', () => {
  it('has moved their next slate toward it, and left it, within a second of the acknowledgement', async () => {
    const tookMs: number[] = [];
    for (const userId of userIds.slice(0, REPETITIONS)) {
      const before = await slateOf(userId);
      // something that was ranked low, so that there is room above
      const liked = before.at(-10)!.itemId;
      const similar = await similarTo(liked);
      await record(userId, liked);
      const acknowledgedAt = performance.now();
      await until('the slate has moved', async () => {
        const after = await slateOf(userId);
        return after.every(({ itemId }) => itemId !== liked) && placeOf(after, similar) < placeOf(before, similar);
      });
      tookMs.push(performance.now() - acknowledgedAt);
    }
    tookMs.sort((a, b) => a - b);
    // The slowest of fifty says how busy the machine was: three services share one process here, and trainings run beside it. The p99 of
    // serving by itself is held in its own tests.
    expect(tookMs[Math.ceil(0.9 * tookMs.length) - 1]!).toBeLessThan(1_000);
    expect(tookMs.at(-1)!).toBeLessThan(5_000);
  });

  it('is shown by attune demo freshness, with the slate before and after', async () => {
    const userId = userIds.at(-1)!;
    const { stdout, exitCode } = await attune(surroundings, 'demo', 'freshness', '--user', userId, '--k', '5');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/likes .+\. The fleet acknowledged that after \d+ ms\./);
    expect(stdout).toMatch(/answered \d+ ms after the acknowledgement/);
    const again = await attuneJson<{ itemId: string; before: string[]; after: string[]; elapsedMs: number }>(
      ...([surroundings, 'demo', 'freshness', '--user', userId] as const),
    );
    expect(again.after).not.toContain(again.itemId);
    expect(again.after).toHaveLength(10);
  });
});

describe('an item that is new', () => {
  it('is recommendable within a second by what it says, before anybody has met it', async () => {
    const item = common.Item.fromPartial({ itemId: 'fresh-off-the-press', title: 'News', publishedAt: new Date() });
    const request = featureStore.UpsertItemsRequest.fromPartial({ items: [item] });
    await fleet.client('feature-store').upsertItems(request);
    const acknowledgedAt = performance.now();
    await until('it is proposed', async () => {
      const request = serving.RecommendRequest.fromPartial({ userId: userIds[0]!, count: 500, surface: 'explore' });
      const { items } = await fleet.client('serving').recommend(request);
      return items.find(({ itemId }) => itemId === 'fresh-off-the-press')?.sources.includes('fresh');
    });
    expect(performance.now() - acknowledgedAt).toBeLessThan(5_000);
  });

  it('has a place in the model that serves soon after some have liked it, without a new version', async () => {
    const before = (await fleet.client('serving').getServingState({})).models.find(({ kind }) => kind === 'als')!;
    for (const userId of userIds.slice(0, 8)) await record(userId, 'liked-at-once');
    const similar = await until('it has neighbours', () => similarTo('liked-at-once').catch(() => undefined));
    expect(similar).toHaveLength(10);
    const after = (await fleet.client('serving').getServingState({})).models.find(({ kind }) => kind === 'als')!;
    expect(after.ref).toEqual(before.ref);
    expect(after.loadedAt).toEqual(before.loadedAt);
    expect(after.learnedTo!.getTime()).toBeGreaterThan(before.loadedAt!.getTime());
    const elsewhere = Object.fromEntries(
      (Object.keys(SERVICES) as ServiceName[]).map((name) => [addressSetting(name), '127.0.0.1:1']),
    );
    const addressSettings = { ...elsewhere, ...fleet.addressSettings };
    const { stdout } = await attune({ ...surroundings, addressSettings }, 'status');
    expect(stdout).toMatch(/als v1 \(\d+ items, learned to 20/);
  });
});
