import { PassThrough } from 'node:stream';
import { bandit, SERVICES } from '@attune/contracts';
import { type GrpcServer, serviceOf, startGrpcServer } from '@attune/grpc';
import { makeProgram } from '../program';

const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const logger = { ...quiet, child: () => quiet } as never;

/** One line of a history. */
function aChange(sequence: number, actor: string, change: string) {
  const [arm, reason] = change === 'created' ? ['', ''] : ['hybrid', 'too many hides'];
  return { sequence, actor, change, arm, reason, changedAt: new Date(0), policy: { version: sequence } };
}

let server: GrpcServer;
let kept: bandit.Policy | undefined;
let told: bandit.RecordRewardRequest[] = [];
let updates: bandit.UpdatePolicyRequest[] = [];

beforeAll(async () => {
  const handlers = {
    createPolicy: async ({ policy }: bandit.CreatePolicyRequest) => {
      kept = { ...policy!, version: 1 };
      return { policy: kept };
    },
    getPolicy: async () => ({ policy: kept }),
    updatePolicy: async (request: bandit.UpdatePolicyRequest) => {
      updates.push(request);
      kept = request.policy;
      return { policy: kept };
    },
    listPolicyChanges: async ({ pageToken }: bandit.ListPolicyChangesRequest) =>
      bandit.ListPolicyChangesResponse.fromPartial(
        pageToken === ''
          ? { changes: [aChange(2, 'guardrail', 'arm_restrained')], nextPageToken: 'more' }
          : { changes: [aChange(1, 'operator', 'created')] },
      ),
    selectArm: async ({ context }: bandit.SelectArmRequest) =>
      bandit.SelectArmResponse.fromPartial({
        ...{ arm: 'hybrid', propensity: 0.875, decisionId: 'd', note: `context of ${context.length}` },
        probabilities: [{ name: 'hybrid', score: 0.875 }],
      }),
    recordReward: async (request: bandit.RecordRewardRequest) => ({ counted: told.push(request) === 1 }),
    evaluatePolicy: async () =>
      bandit.EvaluatePolicyResponse.fromPartial({
        ...{ decisionCount: 600, loggedMean: 0.3, largestWeight: 2 },
        estimates: [
          { estimator: 'ips', value: 0.4, low: 0.35, high: 0.45, effectiveSampleSize: 500 },
          { estimator: 'direct', refusal: { message: 'the model is biased' } },
        ],
      }),
  };
  const services = [serviceOf({ definition: SERVICES.bandit.definition, handlers })];
  server = await startGrpcServer({ listen: '127.0.0.1:0', services, logger });
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(() => {
  kept = undefined;
  told = [];
  updates = [];
});

/** Runs the program as a terminal does. */
async function attune(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const env = { ATTUNE_BANDIT_ADDRESS: server.address };
  const program = makeProgram({ env, stdout, stderr, setExitCode: (code) => (exitCode = code) });
  await program.parseAsync(['node', 'attune', 'bandit', ...args]);
  return { out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), exitCode };
}

const create = () =>
  attune(
    ...['create', 'strategies', '--kind', 'linear_thompson', '--arms', 'rule_based,hybrid', '--context', 'strategy'],
    ...['--floor', '0.02', '--reward', 'click=1', '--reward', 'like=0.5', '--window', '2d', '--guardrail', 'hide=0.05'],
    ...['--prior', 'hybrid=0.1', '--set', 'ridge=2'],
  );

describe('attune bandit', () => {
  it('creates a policy from options', async () => {
    expect((await create()).exitCode).toBe(0);
    expect(kept).toMatchObject({
      ...{ name: 'strategies', kind: bandit.PolicyKind.LINEAR_THOMPSON, enabled: true, defaultArm: 'rule_based' },
      ...{ explorationFloor: 0.02, rewards: { click: 1, like: 0.5 }, rewardWindowSeconds: 172_800 },
      arms: [
        { name: 'rule_based', active: true, prior: undefined },
        { name: 'hybrid', active: true, prior: { mean: 0.1, weight: 10 } },
      ],
      guardrails: [{ interactionType: 'hide', maxRate: 0.05, minSelections: 0 }],
      settings: { values: { ridge: 2 } },
    });
    expect(kept!.contextNames).toHaveLength(12);
  });

  it('changes only what is said, and says why', async () => {
    await create();
    const held = kept!.arms.map((arm) => ({ ...arm, restrainedBecause: 'too many hides' }));
    kept = { ...kept!, arms: held };
    await attune(
      ...['update', 'strategies', '--off', '--arms', 'new', '--retire', 'rule_based', '--release', 'hybrid'],
      ...['--reason', 'a try'],
    );
    expect(updates).toMatchObject([
      { reason: 'a try', policy: { version: 1, enabled: false, explorationFloor: 0.02 } },
    ]);
    expect(updates[0]!.policy!.arms.map((arm) => [arm.name, arm.active, arm.restrainedBecause])).toEqual([
      ['rule_based', false, 'too many hides'],
      ['hybrid', true, ''],
      ['new', true, ''],
    ]);
  });

  it('takes patience back, and keeps from how many choices on a guardrail judges', async () => {
    await create();
    const guardrails = [{ interactionType: 'hide', maxRate: 0.05, minSelections: 500 }];
    kept = { ...kept!, guardrails, assumeNothingAfterSeconds: 30 };
    await attune('update', 'strategies', '--patience', '0s', '--guardrail', 'hide=0.1', '--guardrail', 'report=0.01');
    expect(updates[0]!.policy).toMatchObject({
      assumeNothingAfterSeconds: 0,
      guardrails: [
        { interactionType: 'hide', maxRate: 0.1, minSelections: 500 },
        { interactionType: 'report', maxRate: 0.01, minSelections: 0 },
      ],
    });
    const { err, exitCode } = await attune('update', 'strategies', '--on', '--off');
    expect([exitCode, err]).toEqual([1, expect.stringContaining('give either --on or --off')]);
    expect(updates).toHaveLength(1);
  });

  it('shows the whole history, page by page', async () => {
    const { out } = await attune('history', 'strategies');
    expect(out).toMatch(/2 .*guardrail +arm_restrained +hybrid +2 +too many hides\n1 .*operator +created/);
  });

  it('shows a policy to people, and how to let a held arm go', async () => {
    await create();
    const statistics = bandit.ArmStatistics.fromPartial({
      ...{ selectionCount: 100, rewardCount: 20, rewardMean: 0.2, rewardLow: 0.13, rewardHigh: 0.29, pendingCount: 3 },
      guardrailRates: { hide: 0.25 },
    });
    const [first, second] = kept!.arms;
    kept = { ...kept!, arms: [first!, { ...second!, statistics, restrainedBecause: 'too many hides' }] };
    const { out } = await attune('show', 'strategies');
    expect(out).toContain('Policy strategies, version 1, linear_thompson, on');
    expect(out).toMatch(/hybrid +held +100 +3 +20 +0\.2 +0\.13 \.\. 0\.29 +by context +25 %/);
    expect(out).toContain('scripts/attune bandit update strategies --release hybrid');
    expect(JSON.parse((await attune('show', 'strategies', '--json')).out)).toMatchObject({ name: 'strategies' });
  });

  it('has a policy choose, and tells a reward once', async () => {
    const { out } = await attune('select', 'strategies', '--context', '1,-0.5,0');
    expect(out).toContain('hybrid, chosen with probability 87.5 % (context of 3)');
    expect((await attune('reward', 'd', '0.5', '--id', 'r')).out).toContain('0.5 is counted.');
    expect((await attune('reward', 'd', '0.5', '--id', 'r')).out).toContain('counted before');
    expect(told).toMatchObject([{ decisionId: 'd', reward: 0.5, rewardId: 'r' }, { rewardId: 'r' }]);
  });

  it('shows estimates, and reasons where there are none', async () => {
    const { out } = await attune('evaluate', 'strategies');
    expect(out).toContain('Log: 600 choices of strategies, which earned 0.3 on average');
    expect(out).toMatch(/ips +0\.4 +0\.35 \.\. 0\.45 +500/);
    expect(out).toMatch(/direct +refused +the model is biased/);
  });

  it.each([
    [['evaluate'], /either a policy of the fleet or --log/],
    [['evaluate', 'strategies', '--log', 'x.csv'], /either a policy of the fleet or --log/],
    [['evaluate', 'strategies', '--actions', '3', '--reward', 'x'], /--reward, --actions can be given only with --log/],
    [['evaluate', '--log', 'x.csv', '--to', '2026-01-01'], /--to can be given only without --log/],
    [['create', 'x', '--arms', 'a', '--prior', 'b=0.5'], /no arm is called b; there are a/],
    [['create', 'x', '--arms', 'a', '--min-selections', '5'], /--min-selections says something of a --guardrail/],
    [['create', 'x', '--arms', 'a', '--prior-weight', '5'], /--prior-weight says something of a --prior/],
  ])('refuses %j', async (args, message) => {
    const { err, exitCode } = await attune(...args);
    expect([exitCode, message.test(err)]).toEqual([1, true]);
  });
});
