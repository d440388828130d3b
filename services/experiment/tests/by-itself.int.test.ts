import { experiment as wire } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { useInfra } from '@attune/testkit';
import { aCrowd, type Group } from './a-crowd';
import { aClock, anExperiment, appendEvents, appendSlates, openLog, type Replica, startReplica } from './a-fleet';
import { fakeModels } from './fake-models';

jest.setTimeout(60_000);
const infra = useInfra();
const clock = aClock('2026-05-01T12:00:00Z');
const MINUTE_MS = 60_000;
const { RUNNING, STOPPED } = wire.ExperimentState;

let replica: Replica;
let other: Replica;
let eventLog: EventLog;
const models = fakeModels();

beforeAll(async () => {
  replica = await startReplica(infra, { clock: clock.now, models });
  other = await startReplica(infra, { clock: clock.now, models });
  eventLog = await openLog(infra);
});

afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
});

async function running(experimentId: string, rest: object): Promise<void> {
  const experiment = anExperiment({ experimentId, ...rest });
  await replica.client.createExperiment({ experiment, requestId: '' });
  await replica.client.startExperiment({ experimentId, reason: '', requestId: '' });
  clock.pass(MINUTE_MS);
}

/** Brings both variants so many units; `oneOf` of each: control, treatment. */
async function bring(
  experimentId: string,
  count: number,
  [control, treatment]: readonly [Group['oneOf'], Group['oneOf']],
  from = 0,
): Promise<void> {
  const crowds = [
    aCrowd({ experimentId, variant: 'control', count, at: clock.now(), oneOf: control, from }),
    aCrowd({ experimentId, variant: 'treatment', count, at: clock.now(), oneOf: treatment, from }),
  ];
  await appendSlates(
    eventLog,
    crowds.flatMap(({ slates }) => slates),
  );
  await appendEvents(
    eventLog,
    crowds.flatMap(({ events }) => events),
  );
  await Promise.all([replica.service.caughtUp(), other.service.caughtUp()]);
  clock.pass(MINUTE_MS);
}

const get = async (experimentId: string) => (await replica.client.getExperiment({ experimentId })).experiment!;
const results = (experimentId: string) =>
  replica.client.getResults(wire.GetResultsRequest.fromPartial({ experimentId }));
const lastChange = async (experimentId: string) =>
  (await replica.client.listExperimentChanges({ experimentId, pageSize: 1, pageToken: '' })).changes[0]!;

describe('an experiment that stops by itself', () => {
  it('goes on while chance could explain what is seen, and stops with the reason when it cannot', async () => {
    await running('decided', { stopsByItself: true });
    await bring('decided', 60, [{ click: 3 }, { click: 2 }]);
    await replica.watch();
    expect((await get('decided')).state).toBe(RUNNING);
    expect(await results('decided')).toMatchObject({ action: 'keep_running' });
    await bring('decided', 400, [{ click: 5 }, { click: 2 }], 1_000);
    await replica.watch();
    const found = await get('decided');
    expect(found.state).toBe(STOPPED);
    expect(await lastChange('decided')).toMatchObject({
      ...{ change: 'stopped', actor: 'experiment' },
      reason: expect.stringMatching(/^Roll out "treatment": click_rate goes from 0\.\d+ to 0\.\d+, \+\d.*always-valid/),
    });
    const { action, recommendation, results: all } = await results('decided');
    expect(action).toBe('roll_out');
    expect(recommendation).toMatch(/No guardrail watches it/);
    expect(all[0]!.sequentialLow).toBeGreaterThan(0);
    // what comes after the end moves the interval, and does not take the decision back
    await appendEvents(
      eventLog,
      Array.from({ length: 460 }, (_, number) => number + 1_000).map((number) => ({
        ...{
          eventId: `late-${number}`,
          userId: `decided-control-${number}`,
          decisionId: `d-decided-control-${number}`,
        },
        at: clock.now(),
      })),
    );
    await replica.service.caughtUp();
    clock.pass(MINUTE_MS);
    const later = await results('decided');
    expect(later.results[0]!.sequentialLow).toBeLessThan(0);
    expect(later).toMatchObject({ action: 'roll_out', recommendation });
  });

  it('stops when the primary metric is shown to be worse, whichever direction is better', async () => {
    await running('fewer-hides', { stopsByItself: true, primaryMetric: 'hide_rate' });
    await bring('fewer-hides', 400, [{ hide: 2 }, { hide: 8 }]);
    await running('more-hides', { stopsByItself: true, primaryMetric: 'hide_rate' });
    await bring('more-hides', 400, [{ hide: 8 }, { hide: 2 }]);
    await replica.watch();
    expect((await lastChange('fewer-hides')).reason).toMatch(/^Roll out "treatment"/);
    expect((await lastChange('more-hides')).reason).toMatch(/^Stop and keep the control/);
    expect((await results('more-hides')).action).toBe('stop');
    expect((await results('fewer-hides')).results[0]!.probabilityBetter).toBeGreaterThan(0.99);
  });

  it('stops when a guardrail breaches, though the primary metric gains', async () => {
    await running('breach', { stopsByItself: true, guardrails: [{ metric: 'hide_rate', toleratedRelativeLoss: 0.1 }] });
    await bring('breach', 400, [
      { click: 5, hide: 10 },
      { click: 2, hide: 2 },
    ]);
    await replica.watch();
    expect((await lastChange('breach')).reason).toMatch(/^Stop: guardrail hide_rate is breached in "treatment"/);
    const found = await results('breach');
    expect(found.guardrails).toMatchObject([{ metric: 'hide_rate', verdict: 'breached' }]);
    expect(found.guardrails[0]!.low).toBeGreaterThan(0.1);
  });

  it('does not act on units that are lost', async () => {
    await running('unsound', { stopsByItself: true });
    const at = clock.now();
    const crowds = [
      aCrowd({ experimentId: 'unsound', variant: 'control', count: 600, at, oneOf: { click: 5 } }),
      aCrowd({ experimentId: 'unsound', variant: 'treatment', count: 200, at, oneOf: { click: 1 } }),
    ];
    for (const { slates, events } of crowds) {
      await appendSlates(eventLog, slates);
      await appendEvents(eventLog, events);
    }
    await Promise.all([replica.service.caughtUp(), other.service.caughtUp()]);
    await replica.watch();
    expect((await get('unsound')).state).toBe(RUNNING);
  });

  it('begins and ends when it is told to', async () => {
    const nowMs = clock.now().getTime();
    const experiment = anExperiment({
      experimentId: 'timed',
      startsAt: new Date(nowMs + MINUTE_MS),
      endsAt: new Date(nowMs + 3 * MINUTE_MS),
    });
    await replica.client.createExperiment({ experiment, requestId: '' });
    await replica.watch();
    expect((await get('timed')).state).toBe(wire.ExperimentState.DRAFT);
    clock.pass(2 * MINUTE_MS);
    await replica.watch();
    expect(await get('timed')).toMatchObject({ state: RUNNING, startedAt: clock.now() });
    clock.pass(2 * MINUTE_MS);
    await replica.watch();
    expect(await lastChange('timed')).toMatchObject({ change: 'stopped', reason: 'its ends_at has come' });
  });
});

describe('two replicas', () => {
  it('know of each other’s changes, and one of them watches at a time', async () => {
    await running('shared', { stopsByItself: true });
    await bring('shared', 400, [{ click: 5 }, { click: 2 }]);
    const rounds = await Promise.all([replica.watch(), other.watch()]);
    expect(rounds).toContain(true);
    const { changes } = await other.client.listExperimentChanges({
      experimentId: 'shared',
      pageSize: 0,
      pageToken: '',
    });
    expect(changes.map(({ change }) => change)).toEqual(['stopped', 'started', 'created']);
  });
});

describe('a rollout', () => {
  const rolloutOf = (rest: object = {}) => ({
    kind: wire.ExperimentKind.ROLLOUT,
    guardrails: [{ metric: 'hide_rate', toleratedRelativeLoss: 0.2 }],
    rollout: { steps: [0.1, 0.6, 1], minStepSeconds: 60, minUnits: 100, ...rest },
    trafficShare: 0,
  });
  const ALIKE = [
    { click: 3, hide: 4 },
    { click: 3, hide: 4 },
  ] as const;

  it('goes on step by step while its guardrails hold, with the canary behind it, and ends in production', async () => {
    models.put('als', { 2: 'production', 3: 'candidate' });
    await running('ramp', rolloutOf({ model: 'als', modelVersion: 3 }));
    const started = await get('ramp');
    expect(started).toMatchObject({ trafficShare: 0.1, reservedShare: 1, rollout: { step: 0 } });
    expect(started.variants.map(({ parameters }) => parameters['model.als'])).toEqual(['2', '3']);
    expect(models.at('als', 3)).toEqual({ stage: 'canary', canaryShare: 0.1 });

    await replica.watch();
    expect((await get('ramp')).rollout!.step).toBe(0);
    await bring('ramp', 200, ALIKE);
    await replica.watch();
    expect(await get('ramp')).toMatchObject({ trafficShare: 0.6, rollout: { step: 1 } });
    expect(models.at('als', 3)).toEqual({ stage: 'canary', canaryShare: 0.5 });
    // the units of a step are those that came in it
    clock.pass(2 * MINUTE_MS);
    await replica.watch();
    expect((await get('ramp')).rollout!.step).toBe(1);
    await bring('ramp', 200, ALIKE, 1_000);
    await replica.watch();
    expect(await get('ramp')).toMatchObject({ trafficShare: 1, rollout: { step: 2 } });
    await bring('ramp', 200, ALIKE, 2_000);
    await replica.watch();
    expect((await get('ramp')).state).toBe(STOPPED);
    expect(await lastChange('ramp')).toMatchObject({ change: 'stopped', reason: expect.stringMatching(/complete/) });
    expect(models.at('als', 3)).toEqual({ stage: 'production', canaryShare: 0 });
  });

  it('is taken back with its canary when a guardrail breaches', async () => {
    models.put('als', { 2: 'production', 3: 'candidate' });
    await running('bad-ramp', rolloutOf({ model: 'als', modelVersion: 3 }));
    await bring('bad-ramp', 400, [
      { click: 3, hide: 10 },
      { click: 3, hide: 2 },
    ]);
    await replica.watch();
    expect((await get('bad-ramp')).state).toBe(STOPPED);
    expect(await lastChange('bad-ramp')).toMatchObject({
      ...{ change: 'rolled_back', actor: 'experiment' },
      reason: expect.stringMatching(/hide_rate is breached/),
    });
    expect(models.at('als', 3).stage).toBe('candidate');
  });

  it('is taken back though the registry is down, which is told as soon as it is there again', async () => {
    models.put('als', { 2: 'production', 3: 'candidate' });
    await running('unreachable', rolloutOf({ model: 'als', modelVersion: 3 }));
    await bring('unreachable', 400, [
      { click: 3, hide: 10 },
      { click: 3, hide: 2 },
    ]);
    models.isDown = true;
    try {
      await replica.watch();
      // the traffic does not wait for the registry
      expect(await lastChange('unreachable')).toMatchObject({ change: 'rolled_back' });
      await other.watch();
      expect(models.at('als', 3).stage).toBe('canary');
    } finally {
      models.isDown = false;
    }
    await other.watch();
    expect(models.at('als', 3).stage).toBe('candidate');
    // it is done once: a canary that somebody makes later stays
    models.put('als', { 2: 'production', 3: 'canary' });
    await replica.watch();
    expect(models.at('als', 3).stage).toBe('canary');
  });

  it('that is stopped by hand while the registry is down is taken back later, unless another one has the version', async () => {
    models.put('als', { 2: 'production', 3: 'candidate' });
    await running('by-hand', rolloutOf({ model: 'als', modelVersion: 3 }));
    models.isDown = true;
    await replica.client.stopExperiment({ experimentId: 'by-hand', pause: false, reason: '', requestId: '' });
    models.isDown = false;
    await running('again', rolloutOf({ model: 'als', modelVersion: 3 }));
    await replica.watch();
    expect(models.at('als', 3)).toEqual({ stage: 'canary', canaryShare: 0.1 });
    await replica.client.stopExperiment({ experimentId: 'again', pause: false, reason: '', requestId: '' });
    expect(models.at('als', 3).stage).toBe('candidate');
  });

  it('ends when serving took the canary back', async () => {
    models.put('als', { 2: 'production', 3: 'candidate' });
    await running('taken', rolloutOf({ model: 'als', modelVersion: 3 }));
    models.put('als', { 2: 'production', 3: 'candidate' });
    await replica.watch();
    expect(await lastChange('taken')).toMatchObject({
      ...{ change: 'rolled_back', reason: expect.stringMatching(/v3 of model "als" is no canary any more/) },
    });
  });

  it('does not start where the registry refuses the canary, and stays a draft', async () => {
    models.put('als', { 2: 'production' });
    const experiment = anExperiment({ experimentId: 'no-version', ...rolloutOf({ model: 'als', modelVersion: 9 }) });
    await replica.client.createExperiment({ experiment, requestId: '' });
    const started = replica.client.startExperiment({ experimentId: 'no-version', reason: '', requestId: '' });
    await expect(started).rejects.toThrow(/has no v9/);
    expect((await get('no-version')).state).toBe(wire.ExperimentState.DRAFT);
  });
});

describe('an interleaving experiment', () => {
  it('counts whose items people click in drafted slates, and says whom they prefer', async () => {
    await running('drafted', { kind: wire.ExperimentKind.INTERLEAVING, stopsByItself: true });
    const at = clock.now();
    const users = Array.from({ length: 300 }, (_, number) => `drafted-${number}`);
    const items = { a: 'control', b: 'treatment', c: 'control', d: 'treatment' };
    await appendSlates(
      eventLog,
      users.map((userId, number) => ({
        ...{ decisionId: `draft-${number}`, userId, at, items },
        variants: { drafted: number % 2 === 0 ? 'control' : 'treatment' },
      })),
    );
    await appendEvents(
      eventLog,
      users.map((userId, number) => ({
        ...{ eventId: `drafted-click-${number}`, userId, decisionId: `draft-${number}`, at },
        itemId: number % 4 === 0 ? 'a' : 'b',
      })),
    );
    await Promise.all([replica.service.caughtUp(), other.service.caughtUp()]);
    clock.pass(MINUTE_MS);
    const found = await results('drafted');
    expect(found.interleaving).toMatchObject({ controlWins: 75, variantWins: 225, ties: 0, userCount: 300 });
    expect(found.interleaving!.preference).toBeCloseTo(0.5, 12);
    expect(found.results).toEqual([]);
    expect(found).toMatchObject({ action: 'roll_out', recommendation: expect.stringMatching(/people prefer it/) });
    await replica.watch();
    expect((await get('drafted')).state).toBe(STOPPED);
  });
});
