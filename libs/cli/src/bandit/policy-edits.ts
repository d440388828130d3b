import { bandit, STRATEGY_CONTEXT } from '@attune/contracts';
import { AppError } from '@attune/errors';

/** What a policy is told, in the words of the command line. Absent: as it is, or the default of the service. */
export interface PolicyOptions {
  readonly kind?: string;
  readonly arms?: readonly string[];
  readonly context?: readonly string[];
  readonly floor?: number;
  readonly default?: string;
  readonly reward?: Readonly<Record<string, number>>;
  /** In milliseconds, as the other lengths of time here. */
  readonly window?: number;
  readonly patience?: number;
  readonly guardrail?: Readonly<Record<string, number>>;
  readonly minSelections?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly prior?: Readonly<Record<string, number>>;
  readonly priorWeight?: number;
  readonly retire?: readonly string[];
  readonly release?: readonly string[];
  readonly on?: boolean;
  readonly off?: boolean;
}

/** The kinds as people write them: thompson_beta, linucb, ... */
export const KIND_NAMES: readonly string[] = Object.values(bandit.PolicyKind)
  .filter((kind): kind is bandit.PolicyKind => typeof kind === 'number' && kind > 0)
  .map((kind) => kindName(kind));

/** How people write a kind. */
export function kindName(kind: bandit.PolicyKind): string {
  return bandit.policyKindToJSON(kind).replace('POLICY_KIND_', '').toLowerCase();
}

/** A new policy of these options; the service checks what it means. */
export function newPolicy(name: string, options: PolicyOptions): bandit.Policy {
  const kind = bandit.policyKindFromJSON(`POLICY_KIND_${(options.kind ?? 'thompson_beta').toUpperCase()}`);
  if (kind === bandit.PolicyKind.UNRECOGNIZED) {
    throw new AppError('invalid.options', `--kind is "${options.kind}"; use one of ${KIND_NAMES.join(', ')}`);
  }
  const empty = bandit.Policy.fromPartial({ name, kind, enabled: true, contextNames: [...contextNames(options)] });
  const policy = changedPolicy(empty, options);
  return { ...policy, defaultArm: options.default ?? policy.arms[0]?.name ?? '' };
}

function contextNames({ context = [] }: PolicyOptions): readonly string[] {
  return context.length === 1 && context[0] === 'strategy' ? STRATEGY_CONTEXT.map(({ name }) => name) : context;
}

/** The policy with what the options say otherwise. Arms that are named and not there are added. */
export function changedPolicy(policy: bandit.Policy, options: PolicyOptions): bandit.Policy {
  requireSense(options);
  const { reward } = options;
  return {
    ...policy,
    arms: changedArms(policy.arms, options),
    explorationFloor: options.floor ?? policy.explorationFloor,
    defaultArm: options.default ?? policy.defaultArm,
    rewards: reward === undefined ? policy.rewards : { ...reward },
    rewardWindowSeconds: options.window === undefined ? policy.rewardWindowSeconds : options.window / 1_000,
    assumeNothingAfterSeconds:
      options.patience === undefined ? policy.assumeNothingAfterSeconds : options.patience / 1_000,
    guardrails: changedGuardrails(policy.guardrails, options),
    settings: { values: { ...policy.settings?.values, ...options.set } },
    enabled: options.on === true || (policy.enabled && options.off !== true),
  };
}

/** Options that would do nothing, or two things at once, are mistakes. */
function requireSense({ on, off, guardrail, minSelections, prior, priorWeight }: PolicyOptions): void {
  const problem =
    (on === true && off === true && 'give either --on or --off') ||
    (minSelections !== undefined && guardrail === undefined && '--min-selections says something of a --guardrail') ||
    (priorWeight !== undefined && prior === undefined && '--prior-weight says something of a --prior');
  if (problem) throw new AppError('invalid.options', problem);
}

/** A guardrail that stays keeps from how many choices on it judges, unless that is said too. */
function changedGuardrails(
  before: readonly bandit.ArmGuardrail[],
  { guardrail, minSelections }: PolicyOptions,
): bandit.ArmGuardrail[] {
  if (guardrail === undefined) return [...before];
  return Object.entries(guardrail).map(([interactionType, maxRate]) => {
    const known = before.find((one) => one.interactionType === interactionType);
    return { interactionType, maxRate, minSelections: minSelections ?? known?.minSelections ?? 0 };
  });
}

function changedArms(before: readonly bandit.Arm[], options: PolicyOptions): bandit.Arm[] {
  const { arms = [], prior = {}, priorWeight = 10, retire = [], release = [] } = options;
  const known = new Set(before.map(({ name }) => name));
  const added = arms.filter((name) => !known.has(name)).map((name) => bandit.Arm.fromPartial({ name }));
  const all = [...before, ...added];
  const names = new Set(all.map(({ name }) => name));
  const unknown = [...Object.keys(prior), ...retire, ...release].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    throw new AppError('invalid.options', `no arm is called ${unknown.join(', ')}; there are ${[...names].join(', ')}`);
  }
  return all.map((arm) => ({
    ...arm,
    active: (arm.active || arms.includes(arm.name)) && !retire.includes(arm.name),
    restrainedBecause: release.includes(arm.name) ? '' : arm.restrainedBecause,
    prior: Object.hasOwn(prior, arm.name) ? { mean: prior[arm.name]!, weight: priorWeight } : arm.prior,
    statistics: undefined,
  }));
}
