import { type common, encodeFeatureTable, events, TOPIC_CODECS } from '@attune/contracts';
import type { DecidedItem, Decision, Personalization } from '../domain/decision';
import type { UserFeature } from '../domain/feature-table';

const PERSONALIZATIONS: Readonly<Record<Personalization, events.Personalization>> = {
  personal: events.Personalization.PERSONAL,
  unknown_user: events.Personalization.UNKNOWN_USER,
  no_consent: events.Personalization.NO_CONSENT,
  degraded: events.Personalization.DEGRADED,
};

const BYTES = new WeakMap<Decision, Uint8Array>();

/** A decision as the bytes of its message in the event log: made once, for whoever sends it and whoever keeps it. */
export function recordBytesOf(decision: Decision): Uint8Array {
  let bytes = BYTES.get(decision);
  if (bytes === undefined) {
    bytes = TOPIC_CODECS.decisions.encode({ decision: recordOf(decision) }).finish();
    BYTES.set(decision, bytes);
  }
  return bytes;
}

/** A decision as its record in the event log. */
export function recordOf(decision: Decision): events.DecisionRecord {
  const { sources, filters, slate, runnersUp, models, degraded, context, shadows } = decision;
  return {
    decisionId: decision.decisionId,
    userId: decision.userId,
    surface: decision.surface,
    surfaceVersion: decision.surfaceVersion,
    decidedAt: decision.decidedAt,
    requestedCount: decision.requestedCount,
    relatedToItemId: decision.relatedToItemId,
    strategy: decision.strategy,
    strategyPropensity: decision.strategyPropensity,
    strategyChosenBy: decision.strategyChosenBy,
    variant: decision.variants.map((one) => ({ ...one }))[0],
    sources: sources.map((source) => ({ ...source })),
    filters: filters.map((filter) => ({ ...filter, removedItemIds: [...filter.removedItemIds] })),
    slate: slate.map(decidedItem),
    runnersUp: runnersUp.map(decidedItem),
    models: models.map((model) => ({ ...model })),
    partModels: { ...decision.partModels },
    degraded: degraded.map((entry) => ({ ...entry })),
    userFeatures: decision.userFeatures.map(userFeature),
    itemFeatures: decision.itemFeatures === undefined ? undefined : encodeFeatureTable(decision.itemFeatures),
    traceId: decision.traceId,
    latencyMs: decision.latencyMs,
    context: { ...context },
    personalization: PERSONALIZATIONS[decision.personalization],
    candidateCount: decision.candidateCount,
    variants: decision.variants.map((one) => ({ ...one })),
    policyContext: decision.policyContext.map((one) => ({ ...one })),
    explorationChoice: decision.explorationChoice && { ...decision.explorationChoice },
    shadows: shadows.map((shadow) => ({ ...shadow, model: { ...shadow.model }, itemIds: [...shadow.itemIds] })),
  };
}

function decidedItem(item: DecidedItem): events.DecidedItem {
  const { itemId, position, score, sourceScores, partScores, propensity, placedBy, boost, reason } = item;
  return {
    ...{ itemId, position, score, propensity, placedBy, boost, reason },
    sourceScores: sourceScores.map((one) => ({ ...one })),
    partScores: partScores.map((one) => ({ ...one })),
    features: [],
  };
}

function userFeature({ name, value, missing, updatedAtMs }: UserFeature): common.FeatureValue {
  const updatedAt = updatedAtMs === undefined ? undefined : new Date(updatedAtMs);
  return { name, updatedAt, value: protoValue(value, missing) };
}

function protoValue(value: UserFeature['value'], missing: number): common.FeatureValue['value'] {
  if (value === undefined) return { $case: 'missing', value: missing };
  if (typeof value === 'number') return { $case: 'number', value };
  if (typeof value === 'string') return { $case: 'text', value };
  const numbers = value.filter((entry) => typeof entry === 'number');
  if (numbers.length > 0) return { $case: 'numbers', value: { values: numbers } };
  const entries = value.filter((entry) => typeof entry !== 'number');
  return { $case: 'scoredNames', value: { entries: entries.map((entry) => ({ ...entry })) } };
}
