import { setTimeout } from 'node:timers/promises';
import { bandit, experiment, serving } from '@attune/contracts';
import type { Simulation } from '@attune/simulator';
import type { ClosedLoop } from './world.ts';

/** What the bandit may choose among: the roadmap's five strategies. The rules are what it has to beat. */
const ARMS = ['collaborative_filtering', 'content_based', 'neural_cf', 'popularity_based', 'hybrid'] as const;
/** Names of what is made. */
export const POLICY = 'home-strategies';
export const EXPERIMENT = 'rules-or-bandit';
/** The control first. */
export const VARIANTS = ['rules', 'bandit'] as const;
/** One of them. */
export type VariantName = (typeof VARIANTS)[number];

/** The weights of the rules that the control ranks by. */
export const RULES = {
  'built-in': undefined,
  // As if somebody knew that in this world nothing counts but what a post is about: the strongest rules that we found by hand.
  interest: { interest_match: 0.8, popularity: 0.1, social_proof: 0.1 },
} as const;

/** The policy, the surfaces, and the experiment, which runs when this resolves. */
export async function arrange(
  { bandit: policies, serving: slates, experiment: experiments }: ClosedLoop,
  baseline: keyof typeof RULES,
): Promise<void> {
  const rules = RULES[baseline];
  await policies.createPolicy(
    bandit.CreatePolicyRequest.fromPartial({
      policy: {
        ...{ name: POLICY, kind: bandit.PolicyKind.THOMPSON_BETA, enabled: true, defaultArm: 'hybrid' },
        arms: ARMS.map((name) => ({ name, active: true })),
        ...{ explorationFloor: 0.02, rewards: { click: 1 }, rewardWindowSeconds: 600 },
      },
    }),
  );
  const byPolicy = { policy: POLICY, strategies: Object.fromEntries(ARMS.map((arm) => [arm, 1 / ARMS.length])) };
  const surfaces = {
    'only-rules': { strategies: { rule_based: 1 }, ...(rules && { rules }) },
    'only-bandit': byPolicy,
  };
  for (const [name, values] of Object.entries(surfaces)) {
    const change = { name, settings: { values }, reason: 'what a variant was, after its experiment' };
    await slates.updateSurface(serving.UpdateSurfaceRequest.fromPartial(change));
  }
  const parameters: Readonly<Record<VariantName, Readonly<Record<string, string>>>> = {
    rules: { strategy: 'rule_based', ...(rules && { 'surface.rules': JSON.stringify(rules) }) },
    bandit: { policy: POLICY, 'surface.strategies': JSON.stringify(byPolicy.strategies) },
  };
  await experiments.createExperiment(
    experiment.CreateExperimentRequest.fromPartial({
      experiment: {
        ...{ experimentId: EXPERIMENT, hypothesis: 'a bandit over strategies gets more slates clicked than rules' },
        ...{ kind: experiment.ExperimentKind.A_B, trafficShare: 1, primaryMetric: 'click_rate', stopsByItself: true },
        variants: VARIANTS.map((name) => ({ name, weight: 0.5, parameters: parameters[name] })),
      },
    }),
  );
  const start = { experimentId: EXPERIMENT, reason: 'the race begins' };
  await experiments.startExperiment(experiment.StartExperimentRequest.fromPartial(start));
  // Serving hears of it within its poll; slates before that would be of no variant.
  await setTimeout(2_000);
}

/** Everybody's variant, asked of the experiment service; serving decides alone, and is checked against this. */
export async function assignments({ experiment: experiments }: ClosedLoop, world: Simulation) {
  const variantOf = new Map<string, VariantName>();
  for (const { userId } of world.users()) {
    const request = { unitId: userId, experimentIds: [EXPERIMENT] };
    const { assignments: found } = await experiments.assign(experiment.AssignRequest.fromPartial(request));
    const variant = VARIANTS.find((name) => name === found[0]?.variant);
    if (variant === undefined) throw new Error(`${userId} is in no variant`);
    variantOf.set(userId, variant);
  }
  return variantOf;
}
