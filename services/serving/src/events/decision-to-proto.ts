import { events } from '@attune/contracts';
import type { DecidedItem, Decision, Personalization } from '../domain/decision';

const PERSONALIZATIONS: Readonly<Record<Personalization, events.Personalization>> = {
  personal: events.Personalization.PERSONAL,
  unknown_user: events.Personalization.UNKNOWN_USER,
  no_consent: events.Personalization.NO_CONSENT,
  degraded: events.Personalization.DEGRADED,
};

/** A decision as its record in the event log. */
export function recordOf(decision: Decision): events.DecisionRecord {
  const { sources, filters, slate, runnersUp, models, degraded, context, personalization } = decision;
  return {
    decisionId: decision.decisionId,
    userId: decision.userId,
    surface: decision.surface,
    decidedAt: decision.decidedAt,
    requestedCount: decision.requestedCount,
    strategy: decision.strategy,
    strategyPropensity: decision.strategyPropensity,
    variant: undefined,
    sources: sources.map((source) => ({ ...source })),
    filters: filters.map((filter) => ({ ...filter, removedItemIds: [...filter.removedItemIds] })),
    slate: slate.map(decidedItem),
    runnersUp: runnersUp.map(decidedItem),
    models: models.map((model) => ({ ...model })),
    degraded: degraded.map((entry) => ({ ...entry })),
    userFeatures: [],
    traceId: decision.traceId,
    latencyMs: decision.latencyMs,
    context: { ...context },
    personalization: PERSONALIZATIONS[personalization],
    candidateCount: decision.candidateCount,
  };
}

function decidedItem({ itemId, position, score, sourceScores, propensity }: DecidedItem): events.DecidedItem {
  return { itemId, position, score, propensity, sourceScores: sourceScores.map((one) => ({ ...one })), features: [] };
}
