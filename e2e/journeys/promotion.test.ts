import type { common } from '@attune/contracts';
import { anInteraction, useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation } from '../support/load-simulation';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(180_000);
const infra = useInfra();
const folder = tempFolder();
/** A rollback must be with the users before anybody who saw the alarm has written a second message. */
const ROLLBACK_MS = 10_000;
let fleet: Fleet;
let cli: CliSurroundings;
let interactions: readonly common.Interaction[];

interface Change {
  readonly ref: { readonly version: string };
  readonly reason: string;
  readonly grounds?: { readonly rule: string; readonly summary: string };
}

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'] });
  cli = { addressSettings: fleet.addressSettings, folder };
  ({ interactions } = await loadSimulation(fleet.client('feature-store')));
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const servedVersion = async () => {
  const { models } = await fleet.client('serving').getServingState({});
  return models.find(({ ref }) => ref?.name === 'popularity')?.ref?.version;
};

const history = async () =>
  (await attuneJson<{ changes: readonly Change[] }>(cli, 'models', 'history', 'popularity')).changes;

// The tests tell one story.
describe('versions on their way to the users', () => {
  it('go into production by training when they are the first of the baseline, or the same recipe on other data', async () => {
    const first = await attune(cli, 'train', 'popularity');
    expect(first.stdout).toMatch(/popularity v1 trained[\s\S]*in production: the first version/);
    await attune(cli, 'train', 'popularity');
    expect(await servedVersion()).toBe('2');
    expect((await history())[0]).toMatchObject({ ref: { version: '2' }, grounds: { rule: 'same_recipe' } });
  });

  it('stay candidates when their evaluation does not speak for them, with the reason and what to do', async () => {
    const { stdout, exitCode } = await attune(cli, 'train', 'popularity', '--set', 'halfLifeDays=3650');
    expect({ stdout, exitCode }).toEqual({
      stdout: expect.stringMatching(/stays a candidate: popularity v3 is not shown to be better: .* of popularity v2/),
      exitCode: 0,
    });
    expect(stdout).toContain('an override with a reason promotes it anyway');
    const refused = await attune(cli, 'models', 'promote', 'popularity', '3');
    expect(refused.exitCode).not.toBe(0);
    expect(await servedVersion()).toBe('2');
  });

  it('go in by an override, which needs a reason', async () => {
    const without = await attune(cli, 'models', 'promote', 'popularity', '3', '--override');
    expect(without).toMatchObject({ stderr: expect.stringContaining('an override needs a reason') });
    await attuneJson(cli, 'models', 'promote', 'popularity', '3', '--override', '--reason', 'to see the alarm');
    await fleet.caughtUp();
    expect(await servedVersion()).toBe('3');
  });

  it('are taken back within seconds, and the history says who, why, and what served when', async () => {
    const before = new Date();
    const startedAt = performance.now();
    await attuneJson(cli, 'models', 'rollback', 'popularity', '--reason', 'clicks fell');
    await fleet.caughtUp();
    expect(await servedVersion()).toBe('2');
    expect(performance.now() - startedAt).toBeLessThan(ROLLBACK_MS);
    expect((await history())[0]).toMatchObject({ reason: 'clicks fell', grounds: { summary: 'rolled back from v3' } });
    const at = async (time: Date) => (await attune(cli, 'models', 'at', time.toISOString(), 'popularity')).stdout;
    expect(await at(before)).toMatch(/popularity +v3/);
    expect(await at(new Date())).toMatch(/popularity +v2/);
    expect(await at(new Date(0))).toContain('Nothing was in production');
  });

  it('are evaluated on what happened since only when something did', async () => {
    const nothing = await attune(cli, 'models', 'evaluate', 'popularity', '3');
    expect(nothing.stderr).toContain('nobody did anything new since');
  });

  it('are evaluated before they are promoted where no evaluation compares them with what is in production', async () => {
    const likes = newLikes();
    await fleet.client('feature-store').recordInteractions({ interactions: likes, producer: 'e2e' });
    await fleet.caughtUp();
    const { stderr, exitCode } = await attune(cli, 'models', 'promote', 'popularity', '1');
    // v1 was trained on the same history as v2, and so answers the same
    expect(stderr).toMatch(/evaluating it first[\s\S]*popularity v1 is not shown to be better.*gain \+0\.0000/);
    expect(exitCode).not.toBe(0);
    const kept = await attune(cli, 'models', 'evaluations', 'popularity', '1');
    expect(kept.stdout).toMatch(/v1 +\d+ +ndcg@10 .* v2 +what users did after the training/);
  });
});

/** Every user likes an item now that the user has not met. */
function newLikes(): common.Interaction[] {
  const items = [...new Set(interactions.map(({ itemId }) => itemId))];
  const met = new Set(interactions.map(({ userId, itemId }) => `${userId} ${itemId}`));
  return [...new Set(interactions.map(({ userId }) => userId))].map((userId) => {
    const itemId = items.find((item) => !met.has(`${userId} ${item}`))!;
    return anInteraction({ userId, itemId, type: 'like', occurredAt: undefined });
  });
}
