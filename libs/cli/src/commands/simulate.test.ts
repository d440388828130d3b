import { PassThrough } from 'node:stream';
import { bandit, experiment, featureStore, SERVICES, serving } from '@attune/contracts';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { simulate } from '@attune/simulator';
import { makeProgram } from '../program';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const logger = { ...quiet, child: () => quiet } as never;
const SAMPLE = ['--sample-users', '20', '--sample-items', '60', '--sample-days', '5', '--sample-seed', '3'];
const world = simulate({ seed: 3, users: 20, items: 60, days: 5, startTime: new Date('2026-01-05T00:00:00Z') });
const items = new Map([...world.items()].map((item) => [item.itemId, { ...item, tags: [...item.tags] }]));
const users = new Map([...world.users()].map((user) => [user.userId, user]));

let server: GrpcServer;
let slates: serving.RecommendRequest[] = [];
let recorded: featureStore.RecordInteractionsRequest[] = [];
let state = experiment.ExperimentState.RUNNING;
let isSampleThere = true;
let onSlate: (count: number) => void = nothing;

beforeAll(async () => {
  const storeHandlers = {
    getItems: async ({ itemIds }: featureStore.GetItemsRequest) =>
      featureStore.GetItemsResponse.fromPartial({
        items: isSampleThere ? itemIds.flatMap((id) => items.get(id) ?? []) : [],
      }),
    getUsers: async ({ userIds }: featureStore.GetUsersRequest) =>
      featureStore.GetUsersResponse.fromPartial({
        users: userIds.filter((id) => users.has(id)).map((userId) => ({ userId })),
      }),
    recordInteractions: async (request: featureStore.RecordInteractionsRequest) => {
      recorded.push(request);
      return featureStore.RecordInteractionsResponse.fromPartial({ acceptedCount: request.interactions.length });
    },
  };
  const servingHandlers = {
    recommend: async (request: serving.RecommendRequest) => {
      slates.push(request);
      onSlate(slates.length);
      const slate = [...items.keys()].slice(0, request.count).map((itemId, position) => ({ itemId, position }));
      const variants = [{ experimentId: 'e', variant: 'control' }];
      return serving.RecommendResponse.fromPartial({
        ...{ decisionId: `decision-${slates.length}`, items: slate, strategy: 'hybrid', variants },
      });
    },
  };
  const banditHandlers = {
    getPolicy: async ({ policy }: bandit.GetPolicyRequest) => {
      const arms = [
        { name: 'hybrid', active: true, statistics: { selectionCount: 3, rewardMean: 0.5 } },
        { name: 'rule_based', active: true, statistics: { selectionCount: 1 } },
      ];
      return bandit.GetPolicyResponse.fromPartial({ policy: { name: policy, enabled: true, arms } });
    },
  };
  const experimentHandlers = {
    getResults: async ({ experimentId }: experiment.GetResultsRequest) =>
      experiment.GetResultsResponse.fromPartial({ experiment: { experimentId, state }, action: 'keep_running' }),
  };
  const services = [
    serviceOf({ definition: SERVICES['feature-store'].definition, handlers: storeHandlers }),
    serviceOf({ definition: SERVICES.serving.definition, handlers: servingHandlers }),
    serviceOf({ definition: SERVICES.bandit.definition, handlers: banditHandlers }),
    serviceOf({ definition: SERVICES.experiment.definition, handlers: experimentHandlers }),
  ];
  server = await startGrpcServer({ listen: '127.0.0.1:0', services, logger });
});

beforeEach(() => {
  slates = [];
  recorded = [];
  state = experiment.ExperimentState.RUNNING;
  isSampleThere = true;
  onSlate = nothing;
});

afterAll(() => server[Symbol.asyncDispose]());

async function run(...args: string[]) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const names = ['FEATURE_STORE', 'SERVING', 'BANDIT', 'EXPERIMENT'];
  const env = Object.fromEntries(names.map((name) => [`ATTUNE_${name}_ADDRESS`, server.address]));
  const setExitCode = (code: number) => (exitCode = code);
  await makeProgram({ env, stdout: out, stderr: err, setExitCode }).parseAsync([
    ...['node', 'attune', 'simulate', '--users', '20', ...SAMPLE, ...args],
  ]);
  return { text: String(out.read() ?? ''), notes: String(err.read() ?? ''), exitCode };
}

describe('attune simulate', () => {
  it('asks for a slate per session, and records what became of it with the decision', async () => {
    const { text, exitCode } = await run('--hours', '24', '--rate', '3', '--k', '5', '--surface', 'feed', '--json');
    expect(exitCode).toBe(0);
    const document = JSON.parse(text);
    expect(slates.length).toBeGreaterThan(30);
    expect(slates.every(({ surface, count }) => surface === 'feed' && count === 5)).toBe(true);
    const interactions = recorded.flatMap((request) => request.interactions);
    const impressions = interactions.filter(({ type }) => type === 'impression');
    expect(impressions).toHaveLength(5 * slates.length);
    expect(interactions.every(({ decisionId, surface }) => decisionId !== '' && surface === 'feed')).toBe(true);
    expect(new Set(interactions.map(({ eventId }) => eventId)).size).toBe(interactions.length);
    expect(document).toMatchObject({
      all: { slates: slates.length, impressions: impressions.length },
      variants: { 'e/control': { slates: slates.length } },
      experiment: { experimentId: 'e', state: 'running' },
      isInterrupted: false,
    });
  });

  it('dates nothing into the future that a fleet refuses', async () => {
    await run('--hours', '4', '--json');
    const latest = Math.max(...recorded.flatMap(({ interactions }) => interactions.map((i) => +i.occurredAt!)));
    expect(latest - Date.now()).toBeLessThan(1_000);
  });

  it('lets the same people come for the same seed', async () => {
    const who = async (seed: string) => {
      slates = [];
      await run('--hours', '12', '--seed', seed, '--concurrency', '1', '--json');
      return slates.map(({ userId }) => userId);
    };
    expect(await who('5')).toEqual(await who('5'));
    expect(await who('5')).not.toEqual(await who('6'));
  });

  it('plays as ever until tastes shift, and otherwise from then on, and counts both sides', async () => {
    const play = async (...args: string[]) => {
      recorded = [];
      const { text } = await run(
        '--hours',
        '24',
        '--rate',
        '6',
        '--seed',
        '5',
        '--concurrency',
        '1',
        '--json',
        ...args,
      );
      const sessions = recorded.map(({ interactions }) => interactions.map(({ itemId, type }) => `${type} ${itemId}`));
      return { sessions, document: JSON.parse(text) };
    };
    const ever = await play();
    const shifted = await play('--shift-at-hour', '12', '--shift-share', '1');
    const { before, since, atHour } = shifted.document.shift;
    expect([atHour, before.slates + since.slates]).toEqual([12, ever.sessions.length]);
    expect(before.slates).toBeGreaterThan(10);
    expect(shifted.sessions.slice(0, before.slates)).toEqual(ever.sessions.slice(0, before.slates));
    expect(shifted.sessions).not.toEqual(ever.sessions);
    expect(ever.document.shift).toBeNull();
  });

  it('shows the two sides of a shift to people', async () => {
    const { text } = await run('--hours', '4', '--shift-at-hour', '2');
    expect(text).toMatch(/before the shift at hour 2 +\d/);
    expect(text).toMatch(/since the shift at hour 2 +\d/);
  });

  it('shows the shares of a policy to people', async () => {
    const { text } = await run('--hours', '2', '--policy', 'home-strategies');
    expect(text).toContain('Policy home-strategies has chosen:');
    expect(text).toMatch(/hybrid +75 %/);
    expect(text).toContain('Experiment e is running: keep_running');
  });

  it('ends with the totals when somebody presses Ctrl-C, and records what is under way', async () => {
    onSlate = (count) => count === 10 && process.emit('SIGINT');
    const { text, exitCode } = await run('--hours', '48', '--rate', '20', '--concurrency', '3', '--json');
    const document = JSON.parse(text);
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ isInterrupted: true, all: { slates: slates.length } });
    expect(slates.length).toBeLessThan(20);
    expect(recorded).toHaveLength(slates.length);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('ends when the experiment has stopped, where that was asked for', async () => {
    onSlate = (count) => {
      if (count === 10) state = experiment.ExperimentState.STOPPED;
    };
    const { text } = await run('--hours', '1000', '--rate', '100', '--until-stopped', '--experiment', 'e', '--json');
    expect(JSON.parse(text)).toMatchObject({ isInterrupted: false, experiment: { state: 'stopped' } });
  });

  it('says what to load into a fleet that does not hold the sample', async () => {
    isSampleThere = false;
    const { notes, exitCode } = await run('--hours', '2');
    expect(exitCode).toBe(1);
    expect(notes).toContain('load it with scripts/attune sample');
    expect(slates).toEqual([]);
  });

  it('refuses more people than the sample has', async () => {
    const { notes, exitCode } = await run('--hours', '2', '--users', '21');
    expect(exitCode).toBe(1);
    expect(notes).toContain('21');
    expect(slates).toEqual([]);
  });
});
