import { serving } from '@attune/contracts';
import { anInteraction, until, useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation } from '../support/load-simulation';
import { tempFolder } from '../support/temp-folder';
import { trainAndPromote } from '../support/train';

jest.setTimeout(120_000);
const infra = useInfra();
const SLATES = 120;
const CLICK_EVERY = 4;
const folder = tempFolder();
let fleet: Fleet;
let surroundings: CliSurroundings;

beforeAll(async () => {
  fleet = await startFleet({
    infra,
    services: ['feature-store', 'training', 'serving', 'bandit', 'monitoring'],
    settings: { ATTUNE_MONITORING_SETTLE_SECONDS: '0', ATTUNE_MONITORING_MEASURE_MS: '500' },
  });
  surroundings = { addressSettings: fleet.addressSettings, folder };
  await loadSimulation(fleet.client('feature-store'));
  await trainAndPromote(fleet.client('training'), 'als', { rank: 8, iterations: 4 });
  await until('als serves', async () => {
    await fleet.caughtUp();
    return (await fleet.client('serving').getServingState({})).models.length > 0;
  });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

/** Slates for users of the simulation; of every fourth the first item is clicked. */
async function traffic(): Promise<readonly string[]> {
  const clicks = [];
  let shown: readonly string[] = [];
  for (let n = 0; n < SLATES; n++) {
    const userId = `u${String((n % 60) + 1).padStart(6, '0')}`;
    const request = serving.RecommendRequest.fromPartial({
      userId,
      count: 5,
    });
    const { decisionId, items } = await fleet.client('serving').recommend(request);
    shown = items.map(({ itemId }) => itemId);
    const click = { userId, itemId: shown[0]!, type: 'click', decisionId, occurredAt: new Date() };
    if (n % CLICK_EVERY === 0) clicks.push(anInteraction(click));
  }
  await fleet.client('feature-store').recordInteractions({ interactions: clicks, producer: 'e2e' });
  return shown;
}

interface Course {
  readonly points: readonly { readonly value?: number; readonly sampleCount: number }[];
}

const seen = async (metric: string, labels: readonly string[] = [], step = '1m') => {
  const flags = labels.flatMap((label) => ['--label', label]);
  const { points } = await attuneJson<Course>(surroundings, 'series', metric, ...flags, '--step', step);
  const known = points.filter(({ value }) => value !== undefined);
  const count = known.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
  return { count, sum: known.reduce((sum, { value, sampleCount }) => sum + value! * sampleCount, 0) };
};

it('shows within seconds what people did with slates, and how the model is', async () => {
  const shown = await traffic();
  await fleet.client('serving').predict(
    serving.PredictRequest.fromPartial({
      model: 'als',
      pairs: shown.map((itemId) => ({ userId: 'u000001', itemId })),
    }),
  );
  // slates, clicks and predictions come by topics of their own: that one has come says nothing of the others
  const hasAll = async () => {
    const clicks = await seen('click_rate');
    const requests = await seen('requests', ['model=als']);
    return clicks.sum >= SLATES / CLICK_EVERY - 0.5 && clicks.count >= SLATES && requests.count > SLATES;
  };
  await until('every slate, click and prediction counts', hasAll);
  expect(await seen('click_rate')).toEqual({ count: SLATES, sum: expect.closeTo(SLATES / CLICK_EVERY, 6) });
  expect((await seen('slates', ['model=als'])).count).toBe(SLATES);
  expect((await seen('requests', ['model=als'])).count).toBe(SLATES + 1);
  expect((await seen('prediction', ['model=als'])).count).toBeGreaterThan(SLATES);
  const features = async () => (await seen('feature', ['feature=user_diversity_preference'], '5m')).count > 0;
  await until('features are seen', features);

  const { exitCode, stdout } = await attune(surroundings, 'health', '--model', 'als', '--window', '1');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('als v1 is healthy');
  expect(stdout).toMatch(/click_rate +0\.25 +1 +120/);
  const fleetHealth = await attuneJson<{ subjects: { name: string; state: string }[] }>(surroundings, 'health');
  const states = Object.fromEntries(fleetHealth.subjects.map(({ name, state }) => [name, state]));
  expect(states).toMatchObject({
    serving: 'healthy',
    training: 'healthy',
    monitoring: 'healthy',
    als: 'healthy',
    embedding: 'unknown',
  });
});

it('counts what is spent against a budget', async () => {
  await attuneJson(
    surroundings,
    'budget',
    'set',
    '--subject',
    'service:serving',
    '--resource',
    'requests',
    '--limit',
    '100',
  );
  const { stdout } = await attune(surroundings, 'budget', 'list', '--subject', 'service:serving');
  expect(stdout).toMatch(/service:serving +requests +100 +121 /);
  const ofModel = async () => (await attune(surroundings, 'budget', 'list', '--subject', 'model:als')).stdout;
  await until('training has said what it keeps', async () => /storage_bytes +none +[1-9]/.test(await ofModel()));
});
