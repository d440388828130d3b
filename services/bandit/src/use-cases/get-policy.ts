import { type ArmStatistics, armStatistics, isContextual, selectionProbabilities } from '@attune/bandits';
import type { Policy } from '../domain/policy';
import { armsOf, rulesOf } from '../domain/policy-rules';
import type { Clock, PolicyStore, PolicyWithStates, WatchStore } from '../ports';
import { throwNotFound } from './policy-book';

/** The share of choices followed by something is shown over a day. */
const SHOWN_SECONDS = 86_400;

/** What is known of an arm, for people. */
export interface ShownStatistics extends ArmStatistics {
  /** How often it was chosen and the outcome does not count yet. */
  readonly pendingCount: number;
  /** Undefined where it depends on a context. */
  readonly propensity: number | undefined;
  /** Of the last day's choices, by type of interaction. */
  readonly guardrailRates: Readonly<Record<string, number>>;
}

/** A policy with what is known of each arm. */
export interface ShownPolicy {
  readonly policy: Policy;
  readonly statistics: ReadonlyMap<string, ShownStatistics>;
}

/** Reads a policy as it is now. */
export function makeGetPolicy(parts: {
  readonly policies: Pick<PolicyStore, 'get'>;
  readonly watch: WatchStore;
  readonly clock: Clock;
}) {
  return async (name: string): Promise<ShownPolicy> => {
    const found = (await parts.policies.get(name)) ?? throwNotFound(name);
    const now = parts.clock();
    const rates = await ratesOf(parts.watch, found.policy, now);
    return { policy: found.policy, statistics: statisticsOf(found, rates, now.getTime()) };
  };
}

function statisticsOf(
  found: PolicyWithStates,
  rates: ReadonlyMap<string, Readonly<Record<string, number>>>,
  atMs: number,
): ReadonlyMap<string, ShownStatistics> {
  const rules = rulesOf(found.policy);
  const arms = armsOf(found.policy, found.states);
  const propensities = propensitiesOf(found.policy, rules, arms, atMs);
  return new Map(
    arms.map(({ state }, at) => [
      state.arm,
      {
        ...armStatistics(rules, state, atMs),
        pendingCount: state.selectionCount - state.outcomeCount,
        propensity: propensities?.[at],
        guardrailRates: rates.get(state.arm) ?? {},
      },
    ]),
  );
}

function propensitiesOf(
  policy: Policy,
  rules: ReturnType<typeof rulesOf>,
  arms: ReturnType<typeof armsOf>,
  atMs: number,
): ArrayLike<number> | undefined {
  if (!policy.isEnabled) return arms.map(({ state }) => (state.arm === policy.defaultArm ? 1 : 0));
  return isContextual(rules.kind) ? undefined : selectionProbabilities({ rules, arms, atMs });
}

async function ratesOf(watch: WatchStore, { name, guardrails }: Policy, now: Date) {
  const rates = new Map<string, Record<string, number>>();
  if (guardrails.length === 0) return rates;
  const watched = await watch.watch({ policy: name, windowsSeconds: [SHOWN_SECONDS], since: new Map(), now });
  for (const { arm, selections, hits } of watched) {
    const of = ({ interactionType: type }: { interactionType: string }) => [type, (hits[type] ?? 0) / selections];
    if (selections > 0) rates.set(arm, Object.fromEntries(guardrails.map(of)));
  }
  return rates;
}
