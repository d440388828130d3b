import { driveTraffic, type PlayedSlate, TrafficBook } from '@attune/cli';
import { bandit, experiment, serving } from '@attune/contracts';
import { simulate } from '@attune/simulator';
import { until, useInfra } from '@attune/testkit';
import { attuneJson, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation, SMALL_FEED } from '../support/load-simulation';
import { tempFolder } from '../support/temp-folder';
import { trainAndPromote } from '../support/train';

jest.setTimeout(120_000);
const infra = useInfra();
const folder = tempFolder();
const POLICY = 'two-strategies';
const EXPERIMENT = 'rules-or-policy';
const ARMS = ['collaborative_filtering', 'popularity_based'];
const world = simulate(SMALL_FEED);
const book = new TrafficBook();
const played: PlayedSlate[] = [];
let fleet: Fleet;
let cli: CliSurroundings;

beforeAll(async () => {
  const services = ['feature-store', 'training', 'bandit', 'experiment', 'serving'] as const;
  const settings = {
    // On a busy machine a policy that answers late would leave every choice to the surface.
    ...{ ATTUNE_SERVING_BANDIT_DEADLINE_MS: '5000', ATTUNE_SERVING_EXPERIMENT_POLL_MS: '50' },
    ...{ ATTUNE_BANDIT_REFRESH_MS: '50', ATTUNE_BANDIT_ROUND_MS: '200' },
  };
  fleet = await startFleet({ infra, services, settings });
  cli = { addressSettings: fleet.addressSettings, folder };
  await loadSimulation(fleet.client('feature-store'), world);
  await trainAndPromote(fleet.client('training'), 'popularity');
  await trainAndPromote(fleet.client('training'), 'als', { rank: 8, iterations: 4 });
  await fleet.caughtUp();
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const policyNow = async () => {
  const { policy } = await fleet.client('bandit').getPolicy(bandit.GetPolicyRequest.fromPartial({ policy: POLICY }));
  return policy!;
};
const resultsNow = (by: Partial<experiment.GetResultsRequest> = {}) =>
  fleet.client('experiment').getResults(experiment.GetResultsRequest.fromPartial({ experimentId: EXPERIMENT, ...by }));
const slateFor = (userId: string) =>
  fleet.client('serving').recommend(serving.RecommendRequest.fromPartial({ userId, count: 5 }));
const chosenBy = async (slate: serving.RecommendResponse) => (await fleet.decision(slate.decisionId)).strategyChosenBy;
const inVariant = (variant: string) => played.filter(({ slate }) => slate.variants[0]?.variant === variant);
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

// The tests tell one story.
describe('a policy in an experiment, with people who react', () => {
  it('is made, and reaches slates without another call on their path', async () => {
    await fleet.client('bandit').createPolicy(
      bandit.CreatePolicyRequest.fromPartial({
        policy: {
          ...{ name: POLICY, kind: bandit.PolicyKind.THOMPSON_BETA, enabled: true, defaultArm: 'popularity_based' },
          arms: ARMS.map((name) => ({ name, active: true })),
          ...{ explorationFloor: 0.1, rewards: { click: 1 }, rewardWindowSeconds: 600 },
        },
      }),
    );
    const strategies = JSON.stringify(Object.fromEntries(ARMS.map((arm) => [arm, 0.5])));
    const variants = [
      { name: 'rules', weight: 0.5, parameters: { strategy: 'rule_based' } },
      { name: 'policy', weight: 0.5, parameters: { policy: POLICY, 'surface.strategies': strategies } },
    ];
    await fleet.client('experiment').createExperiment(
      experiment.CreateExperimentRequest.fromPartial({
        experiment: {
          ...{ experimentId: EXPERIMENT, kind: experiment.ExperimentKind.A_B, trafficShare: 1, variants },
          ...{ hypothesis: 'a policy gets more clicks than rules', primaryMetric: 'click_rate' },
        },
      }),
    );
    await fleet
      .client('experiment')
      .startExperiment(
        experiment.StartExperimentRequest.fromPartial({ experimentId: EXPERIMENT, reason: 'the journey begins' }),
      );
    const isServed = async () => (await slateFor('u000000')).variants.length === 1;
    await until('serving knows the experiment', isServed);
  });

  it('is served to its half of the people, the same that the experiment service names', async () => {
    await driveTraffic({
      ...{ serving: fleet.client('serving'), featureStore: fleet.client('feature-store'), simulation: world },
      sessions: world.sessions({ seed: 1, hours: 24, sessionsPerUserDay: 3, startTime: SMALL_FEED.startTime }),
      ...{ surface: 'home', count: 5, concurrency: 4, signal: new AbortController().signal },
      onPlayed: (one) => {
        played.push(one);
        book.add(one);
      },
    });
    expect(played.length).toBeGreaterThan(100);
    for (const { session, slate } of played.slice(0, 20)) {
      const request = experiment.AssignRequest.fromPartial({ unitId: session.userId });
      const { assignments } = await fleet.client('experiment').assign(request);
      expect(slate.variants).toMatchObject([{ experimentId: EXPERIMENT, variant: assignments[0]!.variant }]);
    }
    expect(new Set(inVariant('rules').map(({ slate }) => slate.strategy))).toEqual(new Set(['rule_based']));
    expect(inVariant('policy').every(({ slate }) => ARMS.includes(slate.strategy))).toBe(true);
  });

  it('exposes each person once, however many slates they see', async () => {
    await fleet.caughtUp();
    // Whoever asked while the experiment came up is one of these people.
    const people = new Set([...played.map(({ session }) => session.userId), 'u000000']);
    const units = await until('the experiment has seen everybody', async () => {
      const { sampleRatio } = await resultsNow();
      const counts = Object.values(sampleRatio?.unitCounts ?? {});
      return sum(counts) >= people.size && counts;
    });
    expect(sum(units)).toBe(people.size);
    expect(played.length).toBeGreaterThan(people.size);
  });

  it('has results seconds later, which are what people did', async () => {
    const counted = await until('the results have all slates', async () => {
      const { results, withheld } = await resultsNow();
      const found = results.find(({ metric, variant }) => metric === 'click_rate' && variant === 'policy');
      return withheld === undefined && found !== undefined && found.note === '' && found;
    });
    const rate = (variant: string) => {
      const totals = book.byVariant.get(`${EXPERIMENT}/${variant}`)!;
      return totals.clickedSlates / totals.slates;
    };
    // The few slates that were asked for while the experiment came up, and played by nobody, are in one of them.
    expect(Math.abs(counted.value - rate('policy'))).toBeLessThan(0.05);
    expect(Math.abs(counted.controlValue - rate('rules'))).toBeLessThan(0.05);
  });

  it('learns from every click once', async () => {
    const clicked = inVariant('policy').filter(({ events }) => events.some(({ type }) => type === 'click')).length;
    const arms = await until('the policy knows every choice and reward', async () => {
      await fleet.caughtUp();
      const all = (await policyNow()).arms.map(({ statistics }) => statistics!);
      return sum(all.map(({ pendingCount }) => pendingCount)) === 0 && all;
    });
    expect(sum(arms.map(({ rewardCount }) => rewardCount))).toBe(clicked);
    expect(sum(arms.map(({ selectionCount }) => selectionCount))).toBeGreaterThanOrEqual(inVariant('policy').length);
  });

  it('is shown by attune simulate while more traffic comes', async () => {
    const size = ['--sample-users', '60', '--sample-items', '200', '--sample-days', '30', '--sample-seed', '7'];
    // A whole day: how many come in an hour depends on the hour at which the test runs.
    const traffic = ['--hours', '24', '--rate', '1', '--users', '60', '--k', '5', '--seed', '2', '--concurrency', '2'];
    const report = await attuneJson<{
      readonly all: { readonly slates: number };
      readonly variants: Readonly<Record<string, unknown>>;
      readonly policy: { readonly arms: readonly { readonly share: number }[] };
      readonly experiment: { readonly state: string };
    }>(cli, 'simulate', ...size, ...traffic, '--policy', POLICY);
    expect(report.all.slates).toBeGreaterThan(5);
    expect(Object.keys(report.variants).sort()).toEqual([`${EXPERIMENT}/policy`, `${EXPERIMENT}/rules`]);
    expect(sum(report.policy.arms.map(({ share }) => share))).toBeCloseTo(1, 9);
    expect(report.experiment.state).toBe('running');
  });

  it('is switched off at once: its default arm then ranks every slate', async () => {
    const policy = await policyNow();
    const reason = 'the journey pulls the switch';
    await fleet
      .client('bandit')
      .updatePolicy(bandit.UpdatePolicyRequest.fromPartial({ policy: { ...policy, enabled: false }, reason }));
    const [{ session }] = inVariant('policy') as [PlayedSlate, ...PlayedSlate[]];
    const { userId } = session;
    // With a floor of .1 the other arm comes up within so many slates, but for one chance in a million and less.
    const strategies = await until('the switch has arrived', async () => {
      const slates = await Promise.all([1, 2, 3].map(() => slateFor(userId)));
      const seen = slates.map(({ strategy }) => strategy);
      return seen.every((strategy) => strategy === 'popularity_based') && seen;
    });
    expect(strategies).toHaveLength(3);
    const slate = await slateFor(userId);
    expect(slate.strategy).toBe('popularity_based');
    const record = await fleet.decision(slate.decisionId);
    expect(record.strategyPropensity).toBe(1);
    expect(await chosenBy(slate)).toBe(`policy:${POLICY}`);
  });
});
