import { decidedAtMs } from '@attune/decision-ids';
import { type DecidedInteraction, isWatched, outcomesOf } from '../domain/outcomes-of';
import type { Policy } from '../domain/policy';
import type { OutcomeEvent } from '../domain/policy-event';
import type { Clock, OutcomeStore, PolicyShelf, SelectionPlace, SelectionStore } from '../ports';
import { interactionsParked, rewardsCounted } from '../telemetry';

/** What attribution needs. */
export interface AttributionParts {
  readonly policies: PolicyShelf;
  readonly selections: SelectionStore;
  readonly outcomes: OutcomeStore;
  /** Appends to the log what is written and not there yet. */
  readonly publishOutcomes: () => Promise<void>;
  readonly clock: Clock;
  /** A choice is on its way for so long at most. */
  readonly waitSeconds: number;
}

/**
 * Finds the choices that interactions are about, by their decision ids, and writes down what each earned. An interaction whose choice is not
 * known yet, and young enough to be on its way, is kept; `settleWaiting` attributes it when the choice has come.
 */
export function makeAttributeInteractions(parts: AttributionParts) {
  return async (interactions: readonly DecidedInteraction[]): Promise<void> => {
    const policies = interactions.length === 0 ? [] : await parts.policies.all();
    const now = parts.clock();
    const watched = interactions.filter(
      ({ type, decisionId }) => decidedAtMs(decisionId) !== undefined && policies.some((one) => isWatched(one, type)),
    );
    if (watched.length === 0) return;
    const places = await parts.selections.find(idsOf(watched));
    const early = watched.filter(
      (one) => isYoung(one, now, parts.waitSeconds) && lacksSelection(one, policies, places),
    );
    await parts.outcomes.park(early, now);
    interactionsParked(early.length);
    // Looked up again behind the parking: whichever of a choice and its interaction is written last sees the other.
    const late = early.length === 0 ? [] : await parts.selections.find(idsOf(early));
    await record(parts, attributed(watched, policies, [...places, ...late]), now);
  };
}

/** Attributes the interactions that waited for choices which have come now. */
export function makeSettleWaiting(parts: AttributionParts) {
  return async (decisionIds: readonly string[]): Promise<void> => {
    const waiting = decisionIds.length === 0 ? [] : await parts.outcomes.waiting(decisionIds);
    if (waiting.length === 0) return;
    const places = await parts.selections.find(idsOf(waiting));
    await record(parts, attributed(waiting, await parts.policies.all(), places), parts.clock());
  };
}

async function record(parts: AttributionParts, outcomes: readonly OutcomeEvent[], now: Date): Promise<void> {
  if (outcomes.length === 0) return;
  const added = await parts.outcomes.add(outcomes, now);
  rewardsCounted(outcomes.filter(({ eventId }) => added.has(eventId)));
  await parts.publishOutcomes();
}

function attributed(
  interactions: readonly DecidedInteraction[],
  policies: readonly Policy[],
  places: readonly SelectionPlace[],
): OutcomeEvent[] {
  const byName = new Map(policies.map((policy) => [policy.name, policy]));
  const byDecision = Map.groupBy(places, ({ decisionId }) => decisionId);
  const found = new Map<string, OutcomeEvent>();
  for (const interaction of interactions) {
    for (const { policy, selectedAt } of byDecision.get(interaction.decisionId) ?? []) {
      const known = byName.get(policy);
      const outcomes = known === undefined ? [] : outcomesOf(known, selectedAt, interaction);
      for (const outcome of outcomes) found.set(outcome.eventId, outcome);
    }
  }
  return [...found.values()];
}

function isYoung({ decisionId }: DecidedInteraction, now: Date, waitSeconds: number): boolean {
  return now.getTime() - decidedAtMs(decisionId)! <= waitSeconds * 1_000;
}

/** Some policy would reward or watch this, and no choice of it is known under the id. */
function lacksSelection(
  { decisionId, type }: DecidedInteraction,
  policies: readonly Policy[],
  places: readonly SelectionPlace[],
): boolean {
  const known = new Set(places.filter((place) => place.decisionId === decisionId).map(({ policy }) => policy));
  return policies.some((policy) => isWatched(policy, type) && !known.has(policy.name));
}

function idsOf(interactions: readonly DecidedInteraction[]): string[] {
  return [...new Set(interactions.map(({ decisionId }) => decisionId))];
}
