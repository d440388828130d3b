import type { Policy } from './policy';
import type { OutcomeEvent } from './policy-event';

/** What a consumer knows of an interaction that names a decision. Nobody is named. */
export interface DecidedInteraction {
  readonly eventId: string;
  readonly decisionId: string;
  readonly type: string;
  readonly occurredAt: Date;
}

/** Clocks of producers differ: so much before its choice, an interaction still counts as after it. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Whether a policy rewards or watches a type of interaction. */
export function isWatched({ rewards, guardrails }: Policy, type: string): boolean {
  return Object.hasOwn(rewards, type) || guardrails.some(({ interactionType }) => interactionType === type);
}

/** Whether something that happened then still counts for a choice of that time. */
export function isWithinWindow({ rewardWindowSeconds }: Policy, selectedAtMs: number, atMs: number): boolean {
  return atMs >= selectedAtMs - CLOCK_SKEW_MS && atMs <= selectedAtMs + rewardWindowSeconds * 1_000;
}

/**
 * What an interaction means for a choice of a policy: its reward, a hit of its guardrail, both or nothing. The ids follow from policy,
 * choice and type, so that each type counts once per choice however many interactions of it there are.
 */
export function outcomesOf(policy: Policy, selectedAt: Date, interaction: DecidedInteraction): OutcomeEvent[] {
  const { decisionId, type, occurredAt } = interaction;
  if (!isWithinWindow(policy, selectedAt.getTime(), occurredAt.getTime())) return [];
  const about = { policy: policy.name, decisionId, interactionType: type, earnedAt: occurredAt };
  const idOf = (what: string) => `${what}/${policy.name}/${decisionId}/${type}`;
  const outcomes: OutcomeEvent[] = [];
  const reward = Object.hasOwn(policy.rewards, type) ? policy.rewards[type]! : undefined;
  if (reward !== undefined) outcomes.push({ eventId: idOf('earned'), ...about, kind: 'reward', reward });
  if (policy.guardrails.some(({ interactionType }) => interactionType === type)) {
    outcomes.push({ eventId: idOf('hit'), ...about, kind: 'hit', reward: 0 });
  }
  return outcomes;
}
