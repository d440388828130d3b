import { featureStore, training } from '@attune/contracts';
import { anInteraction, until, useInfra } from '@attune/testkit';
import { attune, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation } from '../support/load-simulation';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(180_000);
const infra = useInfra();
const folder = tempFolder();
let fleet: Fleet;
let cli: CliSurroundings;

beforeAll(async () => {
  const settings = {
    ...{ ATTUNE_SERVING_GUARDRAIL_POLL_MS: '100', ATTUNE_SERVING_SHADOW_SHARE: '1' },
    // On a busy machine a stage that runs late would look like a fault of both sides.
    ATTUNE_SERVING_BUDGET_MS: '20000',
  };
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'], settings });
  cli = { addressSettings: fleet.addressSettings, folder };
  await loadSimulation(fleet.client('feature-store'));
  await attune(cli, 'train', 'popularity');
  await attune(cli, 'train', 'popularity', '--set', 'halfLifeDays=3650');
  await attune(cli, 'train', 'popularity', '--set', 'halfLifeDays=1825');
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const slateFor = (userId: string) =>
  fleet.client('serving').recommend({
    ...{ userId, surface: '', count: 5, context: {}, excludeItemIds: [], includeSeen: false, relatedToItemId: '' },
  });
/** One after the other: more at once would be refused on a machine that is busy. */
const versionsFor = async (userIds: readonly string[]) => {
  const versions: string[] = [];
  for (const userId of userIds) versions.push((await slateFor(userId)).models[0]!.version);
  return versions;
};
const people = (count: number) => Array.from({ length: count }, (_, person) => `person-${person}`);
const move = async (...args: string[]) => {
  const moved = await attune(cli, 'models', 'promote', 'popularity', ...args);
  await fleet.caughtUp();
  return moved;
};

// The tests tell one story.
describe('a version on trial', () => {
  it('is asked as a shadow what production is asked, and its answers stand in the records', async () => {
    expect(await move('--version', '2', '--stage', 'shadow')).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await attune(cli, 'models')).stdout).toMatch(/popularity +v1 +v2 shadow +3 +v3/);
    const { decisionId, models } = await slateFor('ann');
    expect(models.map(({ version }) => version)).toEqual(['1']);
    const decision = await until('the record is stored', async () => {
      const request = featureStore.GetDecisionRequest.fromPartial({ decisionId });
      return fleet
        .client('feature-store')
        .getDecision(request)
        .then(
          ({ decision: found }) => found,
          () => undefined,
        );
    });
    expect(decision.shadows).toMatchObject([{ model: { name: 'popularity', version: '2' }, code: '' }]);
    expect(decision.shadows[0]!.overlap).toBeGreaterThan(0);
  });

  it('needs as a canary an evaluation that does not speak against it, or an override, and serves its share of the users', async () => {
    const why = ['--override', '--reason', 'people shall say'];
    expect(await move('--version', '3', '--stage', 'canary', '--share', '0.7', ...why)).toMatchObject({
      stderr: expect.stringContaining('at most 0.5'),
    });
    expect((await move('--version', '3', '--stage', 'canary', '--share', '0.5', ...why)).stdout).toContain(
      'popularity v3 is canary 50 % now.',
    );
    const served = await versionsFor(people(30));
    expect([...new Set(served)].sort()).toEqual(['1', '3']);
    expect((await attune(cli, 'models')).stdout).toMatch(/popularity +v1 +v3 canary 50 %, v2 shadow/);
  });

  it('goes back by itself when people like it less, with the reason in the history', async () => {
    const serving = fleet.client('serving');
    await until('the canary is looked at', async () => (await serving.getServingState({})).canaries.length > 0);
    for (const userId of people(160)) {
      const { decisionId, items, models } = await slateFor(userId);
      if (models[0]!.version === '3') continue;
      const click = anInteraction({
        userId,
        itemId: items[0]!.itemId,
        type: 'click',
        occurredAt: undefined,
        decisionId,
      });
      await fleet.client('feature-store').recordInteractions({ interactions: [click], producer: 'e2e' });
    }
    const canary = await until('it is taken back', async () => {
      const { canaries } = await serving.getServingState({});
      return canaries[0]!.verdict === 'rolled_back' && canaries[0];
    });
    expect(canary.reason).toMatch(/^guardrail clicks: .* slates without a click of \d+, in production/);
    const [change] = await until('training was told', async () => {
      const request = training.GetProductionHistoryRequest.fromPartial({ model: 'popularity' });
      const { changes } = await fleet.client('training').getProductionHistory(request);
      return changes[0]!.to === training.ModelStage.CANDIDATE && changes;
    });
    expect(change).toMatchObject({ ref: { version: '3' }, actor: 'serving', reason: canary.reason });
    await fleet.caughtUp();
    const served = await versionsFor(people(30));
    expect(new Set(served)).toEqual(new Set(['1']));
    expect((await attune(cli, 'models', 'history', 'popularity')).stdout).toMatch(
      /v3 +canary +candidate +serving +guardrail clicks/,
    );
  });
});
