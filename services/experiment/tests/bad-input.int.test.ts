import { experiment as wire } from '@attune/contracts';
import type { AppError } from '@attune/errors';
import type { Database } from '@attune/postgres';
import { useInfra } from '@attune/testkit';
import { aClock, anExperiment, openTables, type Replica, startReplica } from './a-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const clock = aClock('2026-05-01T12:00:00Z');
let replica: Replica;
let database: Database;

beforeAll(async () => {
  replica = await startReplica(infra, { clock: clock.now });
  database = await openTables(infra);
  for (const rest of [
    { experimentId: 'draft' },
    { experimentId: 'runs', layer: 'ranking', trafficShare: 0.6 },
    { experimentId: 'over' },
  ]) {
    await replica.client.createExperiment({ experiment: anExperiment(rest), requestId: '' });
  }
  for (const experimentId of ['runs', 'over']) {
    await replica.client.startExperiment({ experimentId, reason: '', requestId: '' });
  }
  await replica.client.stopExperiment({ experimentId: 'over', pause: false, reason: '', requestId: '' });
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const create = (rest: object) =>
  replica.client.createExperiment({ experiment: anExperiment({ experimentId: 'new', ...rest }), requestId: '' });
const get = async (experimentId: string) => (await replica.client.getExperiment({ experimentId })).experiment!;
const update = async (experimentId: string, change: (one: wire.Experiment) => wire.Experiment) =>
  replica.client.updateExperiment({ experiment: change(await get(experimentId)), reason: '', requestId: '' });
const stop = (experimentId: string, pause: boolean) =>
  replica.client.stopExperiment({ experimentId, pause, reason: '', requestId: '' });
const plan = (rest: object) =>
  replica.client.planExperiment(
    wire.PlanExperimentRequest.fromPartial({
      baselineMean: 0.2,
      minimumRelativeLift: 0.05,
      unitsPerDay: 1_000,
      ...rest,
    }),
  );

const variants = (...weights: number[]) =>
  weights.map((weight, at) => ({ name: `v${at}`, weight, parameters: {} as Record<string, string> }));
const withParameters = (parameters: Record<string, string>) => ({
  variants: [variants(0.5, 0.5)[0]!, { name: 'b', weight: 0.5, parameters }],
});
const rollout = {
  kind: wire.ExperimentKind.ROLLOUT,
  guardrails: [{ metric: 'hide_rate', toleratedRelativeLoss: 0.1 }],
};

/** All that can be got wrong, as [what, the call, code, field of a violation or part of the sentence]. */
const WRONG: readonly (readonly [string, () => Promise<unknown>, string, string])[] = [
  ['weights that do not add up', () => create({ variants: variants(0.5, 0.6) }), 'invalid.experiment', 'variants'],
  ['one variant', () => create({ variants: variants(1) }), 'invalid.experiment', 'variants'],
  ['a share above 1', () => create({ trafficShare: 1.5 }), 'invalid.experiment', 'traffic_share'],
  ['a share that is no number', () => create({ trafficShare: Number.NaN }), 'invalid.experiment', 'traffic_share'],
  ['no room in the layer', () => create({ layer: 'ranking', trafficShare: 0.5 }), 'invalid.experiment', 'layer'],
  [
    'another holdout in the layer',
    () => create({ layer: 'ranking', trafficShare: 0.1, holdoutShare: 0.1 }),
    'invalid.experiment',
    'holdout_share',
  ],
  ['an unknown primary metric', () => create({ primaryMetric: 'happiness' }), 'invalid.experiment', 'primary_metric'],
  ['an unknown type in a family', () => create({ primaryMetric: 'rate:nod' }), 'invalid.experiment', 'primary_metric'],
  [
    'an unknown secondary metric',
    () => create({ secondaryMetrics: ['x'] }),
    'invalid.experiment',
    'secondary_metrics[0]',
  ],
  [
    'an unknown guardrail',
    () => create({ guardrails: [{ metric: 'x', toleratedRelativeLoss: 0.1 }] }),
    'invalid.experiment',
    'guardrails[0].metric',
  ],
  [
    'an infinite tolerance',
    () => create({ guardrails: [{ metric: 'hide_rate', toleratedRelativeLoss: Number.POSITIVE_INFINITY }] }),
    'invalid.experiment',
    'guardrails[0].tolerated_relative_loss',
  ],
  ['an id with capitals', () => create({ experimentId: 'New' }), 'invalid.experiment', 'experiment_id'],
  ['an id that is taken', () => create({ experimentId: 'draft' }), 'exists.experiment', 'exists already'],
  [
    'no experiment',
    () => replica.client.createExperiment({ experiment: undefined, requestId: '' }),
    'invalid.request',
    'experiment',
  ],
  [
    'a step of a ramp without a time',
    () => create({ ramp: [{ trafficShare: 0.5 }] }),
    'invalid.experiment',
    'ramp[0].at',
  ],
  [
    'a setting that is no JSON',
    () => create(withParameters({ 'surface.exploration': '{share' })),
    'invalid.experiment',
    'variants[1].parameters.surface.exploration',
  ],
  [
    'a version that is no number',
    () => create(withParameters({ 'model.als': 'newest' })),
    'invalid.experiment',
    'variants[1].parameters.model.als',
  ],
  [
    'a strategy beside a policy',
    () => create(withParameters({ strategy: 'hybrid', policy: 'p' })),
    'invalid.experiment',
    'variants[1].parameters',
  ],
  ['a rollout without steps', () => create({ ...rollout }), 'invalid.experiment', 'rollout'],
  [
    'steps that fall',
    () => create({ ...rollout, rollout: { steps: [0.5, 0.2] } }),
    'invalid.experiment',
    'rollout.steps',
  ],
  [
    'a model without a version',
    () => create({ ...rollout, rollout: { steps: [1], model: 'als' } }),
    'invalid.experiment',
    'rollout.model_version',
  ],
  ['steps of what is no rollout', () => create({ rollout: { steps: [1] } }), 'invalid.experiment', 'rollout'],
  [
    'an end in front of the start',
    () => create({ startsAt: new Date(2e12), endsAt: new Date(1e12) }),
    'invalid.experiment',
    'ends_at',
  ],
  [
    'variants of a running one',
    () => update('runs', (one) => ({ ...one, variants: variants(0.2, 0.8) })),
    'invalid.experiment',
    'variants',
  ],
  [
    'the metric of a running one',
    () => update('runs', (one) => ({ ...one, primaryMetric: 'like_rate' })),
    'invalid.experiment',
    'primary_metric',
  ],
  [
    'targeting of a running one',
    () => update('runs', (one) => ({ ...one, targeting: { a: 'b' } })),
    'invalid.experiment',
    'targeting',
  ],
  [
    'traffic beyond the layer',
    () => update('runs', (one) => ({ ...one, layer: 'ranking', holdoutShare: 0, trafficShare: 1.2 })),
    'invalid.experiment',
    'traffic_share',
  ],
  [
    'a change of what has changed',
    () => update('runs', (one) => ({ ...one, version: 1 })),
    'conflict.version',
    'at version 2',
  ],
  [
    'a change of a stopped one',
    () => update('over', (one) => ({ ...one, hypothesis: 'x' })),
    'invalid.experiment',
    'state',
  ],
  [
    'a start of a stopped one',
    () => replica.client.startExperiment({ experimentId: 'over', reason: '', requestId: '' }),
    'failed_precondition.state',
    'stopped',
  ],
  ['a pause of a draft', () => stop('draft', true), 'failed_precondition.state', 'draft'],
  ['what does not exist', () => get('nowhere'), 'not_found.experiment', 'nowhere'],
  [
    'a history of nothing',
    () => replica.client.listExperimentChanges({ experimentId: 'nowhere', pageSize: 0, pageToken: '' }),
    'not_found.experiment',
    'nowhere',
  ],
  [
    'results of nothing',
    () => replica.client.getResults(wire.GetResultsRequest.fromPartial({ experimentId: 'nowhere' })),
    'not_found.experiment',
    'nowhere',
  ],
  [
    'a unit without an id',
    () => replica.client.assign(wire.AssignRequest.fromPartial({})),
    'invalid.request',
    'unit_id',
  ],
  ['a plan of no lift', () => plan({ minimumRelativeLift: 0 }), 'invalid.plan', 'minimum_relative_lift'],
  ['a plan of a share above 1', () => plan({ baselineMean: 1.5 }), 'invalid.plan', 'baseline_mean'],
  ['a plan without units', () => plan({ unitsPerDay: -1 }), 'invalid.plan', 'units_per_day'],
];

describe('bad input', () => {
  it.each(WRONG)('%s is refused in words, and nothing changes', async (_, call, code, part) => {
    const state = async () => (await database.query('SELECT * FROM experiments ORDER BY experiment_id')).rows;
    const before = await state();
    const error = await call().then(
      () => undefined,
      (thrown: AppError) => thrown,
    );
    expect(error?.code).toBe(code);
    const fields = error!.violations.map(({ field }) => field);
    if (!fields.includes(part)) expect(error!.message).toContain(part);
    expect(await state()).toEqual(before);
  });

  it('says which metrics there are where one does not exist', async () => {
    const error: AppError = await create({ primaryMetric: 'happiness' }).then(
      () => undefined as never,
      (thrown) => thrown,
    );
    expect(error.violations[0]!.description).toMatch(
      /ListMetrics.*click_rate.*retention_7d.*<rate\|.*\|users>:<interaction type>$/,
    );
  });
});

describe('changes that are fine', () => {
  it('grow the traffic of a running experiment into free room of its layer, and keep its place', async () => {
    const { experiment } = await update('runs', (one) => ({ ...one, trafficShare: 0.9 }));
    expect(experiment).toMatchObject({ trafficShare: 0.9, reservedShare: 0.9, layerStart: 0, version: 3 });
  });

  it('change all of a draft', async () => {
    const { experiment } = await update('draft', (one) => ({ ...one, primaryMetric: 'like_rate', trafficShare: 0.2 }));
    expect(experiment).toMatchObject({ primaryMetric: 'like_rate', reservedShare: 0.2, version: 2 });
  });
});

describe('a plan', () => {
  it('says how many units it takes as R does, and what peeking costs', async () => {
    // power.prop.test(p1 = 0.2, p2 = 0.21, power = 0.8) gives n = 25582.95 per group
    const found = await plan({});
    expect(found.unitsPerVariant).toBe(25_583);
    expect(found.days).toBe(52);
    expect(found.sequentialDays).toBeGreaterThan(1.5 * found.days);
  });
});

describe('the catalogue of metrics', () => {
  it('tells kind and direction of each', async () => {
    const { metrics } = await replica.client.listMetrics({});
    const byName = Object.fromEntries(metrics.map(({ name, kind, higherIsBetter }) => [name, [kind, higherIsBetter]]));
    expect(byName).toMatchObject({
      click_rate: ['ratio', true],
      hide_rate: ['ratio', false],
      degraded_rate: ['ratio', false],
      clicks_per_user: ['mean', true],
      clicked_users: ['proportion', true],
      'p95:latency_ms': ['quantile', false],
      retention_7d: ['retention', true],
    });
  });
});
