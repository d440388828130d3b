import {
  type ArmPrior,
  type ArmState,
  emptyArmState,
  observeReward,
  type PolicyArm,
  type PolicyKind,
  type PolicyRules,
  parsePolicySettings,
} from '../src/index';

/** Rules of a kind with its defaults; contextual kinds see `tempo` and `mood`. */
export function aPolicy(
  kind: PolicyKind,
  { settings = {}, ...rest }: Partial<Omit<PolicyRules, 'kind' | 'settings'>> & { settings?: object } = {},
): PolicyRules {
  const contextNames = kind === 'linucb' || kind === 'linear_thompson' ? ['tempo', 'mood'] : [];
  const priors: Readonly<Record<string, ArmPrior>> = {};
  return { kind, explorationFloor: 0, contextNames, priors, settings: parsePolicySettings(kind, settings), ...rest };
}

/** An arm that has seen rewards, all at the time 0 and in the same context. */
export function anArm(
  rules: PolicyRules,
  name: string,
  rewards: readonly number[] = [],
  { status = 'active', context }: { status?: PolicyArm['status']; context?: readonly number[] } = {},
): PolicyArm {
  const state = rewards.reduce<ArmState>(
    (sum, reward) => observeReward(rules, sum, { decidedAtMs: 0, reward, context }),
    emptyArmState(rules, name),
  );
  return { state, status };
}

/** So many ones among zeros. */
export function clicks(ones: number, of: number): number[] {
  return Array.from({ length: of }, (_, at) => (at < ones ? 1 : 0));
}
