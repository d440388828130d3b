import { type common, decodeFeatureTable, events } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DecidedItem, Decision, ModelRef, Personalization, PlacedBy } from '../domain/decision';
import type { FeatureTable } from '../domain/feature-table';
import type { ScorePart, Strategy } from '../domain/surface';
import { fromFeatureValue } from './feature-matrix-reader';

const PERSONALIZATIONS: ReadonlyMap<events.Personalization, Personalization> = new Map([
  [events.Personalization.PERSONAL, 'personal'],
  [events.Personalization.UNKNOWN_USER, 'unknown_user'],
  [events.Personalization.NO_CONSENT, 'no_consent'],
  [events.Personalization.DEGRADED, 'degraded'],
]);
const PLACED_BY = /^(rank|exploration|pin|team:.+)$/;

/**
 * A decision from its record. Records of older builds lack what came later: their items were ranked by score, without boosts. Names of
 * strategies, parts and sources are taken as they are, for later builds have others.
 */
export function decisionOfRecord(record: events.DecisionRecord): Decision {
  const { sources, filters, slate, runnersUp, models, degraded, context, shadows } = record;
  return {
    decisionId: record.decisionId,
    userId: record.userId,
    surface: record.surface,
    surfaceVersion: record.surfaceVersion,
    decidedAt: record.decidedAt ?? new Date(0),
    requestedCount: record.requestedCount,
    relatedToItemId: record.relatedToItemId,
    strategy: record.strategy as Strategy,
    strategyPropensity: record.strategyPropensity,
    strategyChosenBy: record.strategyChosenBy,
    ...{ sources, filters, degraded, context },
    slate: slate.map(decidedItem),
    runnersUp: runnersUp.map(decidedItem),
    models: models.map(modelRef),
    partModels: record.partModels,
    userFeatures: record.userFeatures.map(fromFeatureValue),
    itemFeatures: record.itemFeatures && tableOf(record.itemFeatures, record.decisionId),
    traceId: record.traceId,
    latencyMs: record.latencyMs,
    personalization: PERSONALIZATIONS.get(record.personalization) ?? 'unknown_user',
    candidateCount: record.candidateCount,
    variants: variantsOf(record),
    parameters: {},
    policyContext: record.policyContext,
    explorationChoice: record.explorationChoice,
    shadows: shadows.map(({ model, ...shadow }) => ({ ...shadow, model: modelRef(model) })),
  };
}

/** All of them, or the one of a record from before there were several. */
function variantsOf({ variants, variant }: events.DecisionRecord): Decision['variants'] {
  return variants.length > 0 || variant === undefined ? variants : [variant];
}

function decidedItem({ features: _, partScores, placedBy, boost, ...item }: events.DecidedItem): DecidedItem {
  return {
    ...item,
    partScores: partScores.map((one) => ({ ...one, part: one.part as ScorePart, raw: one.raw })),
    placedBy: PLACED_BY.test(placedBy) ? (placedBy as PlacedBy) : 'rank',
    boost: boost === 0 ? 1 : boost,
  };
}

function modelRef(ref: common.ModelRef | undefined): ModelRef {
  return { name: ref?.name ?? '', version: ref?.version ?? '', digest: ref?.digest ?? '' };
}

function tableOf(message: common.FeatureTable, decisionId: string): FeatureTable {
  try {
    return decodeFeatureTable(message);
  } catch (cause) {
    throw new AppError('data_loss.decision', `the features in the record of decision "${decisionId}" cannot be read`, {
      cause,
    });
  }
}
