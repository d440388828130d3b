import { decodeFeatureTable, type events, FEATURE_NOT_READ, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { SlateFact, SlateFeatures } from '../domain/facts';
import { NOT_READ } from '../domain/metrics/measure-features';
import type { FactBatch } from '../fact-ports';

/** The part whose model says probabilities. */
const ENGAGEMENT = 'engagement';

/** Makes the consumer of `decisions.v1`: slates with everything that is measured of them. */
export function makeOnDecision(takeIn: (batch: FactBatch) => Promise<void>, userKeyOf: (userId: string) => string) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    const slates = await decodeRecords(batch, context, ({ value }) => {
      const { decision } = TOPIC_CODECS.decisions.decode(value);
      if (!decision?.decisionId || !decision.userId || decision.decidedAt === undefined) {
        return new AppError('invalid.event', 'the record has no decision id, user or time');
      }
      return slateOf(decision, userKeyOf(decision.userId), decision.decidedAt);
    });
    await takeIn({ slates });
  };
}

function slateOf(decision: events.DecisionRecord, userKey: string, at: Date): SlateFact {
  const { decisionId, surface, strategy, latencyMs, degraded, slate, candidateCount } = decision;
  const features = featuresOf(decision);
  const probabilities = slate.map(
    ({ partScores }) => partScores.find(({ part }) => part === ENGAGEMENT)?.probability ?? null,
  );
  return {
    ...{ decisionId, userKey, at, surface, strategy, candidateCount },
    models: decision.models.map(({ name, version }) => ({ name, version })),
    variants: decision.variants.map(({ experimentId, variant }) => `${experimentId}:${variant}`),
    itemIds: slate.map(({ itemId }) => itemId),
    exploredCount: slate.filter(({ placedBy }) => placedBy === 'exploration').length,
    latencyMs: finite(latencyMs),
    isDegraded: degraded.length > 0,
    isFallback: decision.strategyChosenBy === 'fallback',
    ...(probabilities.some((one) => one !== null) ? { probabilities } : {}),
    scores: scoresOf(decision),
    shadows: decision.shadows.map(({ model, overlap, latencyMs: ms, code }) => ({
      ...{ name: model?.name ?? '', version: model?.version ?? '' },
      ...{ overlap: finite(overlap), latencyMs: finite(ms), hasFailed: code !== '' },
    })),
    ...(features === undefined ? {} : { features }),
  };
}

/** By model, since that is what can be trained again. */
function scoresOf({ slate, partModels }: events.DecisionRecord): SlateFact['scores'] {
  const scores: Record<string, (number | null)[]> = {};
  for (const [part, model] of Object.entries(partModels)) {
    scores[model] = slate.map(({ partScores }) => {
      const raw = partScores.find((one) => one.part === part)?.raw;
      return raw === undefined || !Number.isFinite(raw) ? null : raw;
    });
  }
  return scores;
}

function featuresOf({ itemFeatures, userFeatures, slate }: events.DecisionRecord): SlateFeatures | undefined {
  if (itemFeatures === undefined && userFeatures.length === 0) return undefined;
  const numbers = userFeatures.filter(({ value }) => value?.$case === 'number' || value?.$case === 'missing');
  const words = userFeatures.flatMap(({ name, value }) =>
    value?.$case === 'text' ? [[name, value.value] as const] : [],
  );
  return {
    ...itemsOf(itemFeatures, slate.length),
    userNames: numbers.map(({ name }) => name),
    userValues: Float64Array.from(numbers, ({ value }) => (value?.$case === 'number' ? value.value : Number.NaN)),
    userWords: Object.fromEntries(words),
  };
}

/** The rows of the slate itself: those below it were not seen. */
function itemsOf(
  message: events.DecisionRecord['itemFeatures'],
  slateLength: number,
): Pick<SlateFeatures, 'itemNames' | 'itemValues'> {
  if (message === undefined) return { itemNames: [], itemValues: new Float64Array() };
  const { names, values, missing, rowCount } = decodeFeatureTable(message);
  const itemValues = values.slice(0, Math.min(rowCount, slateLength) * names.length);
  for (let at = 0; at < itemValues.length; at++) if (missing[at] === FEATURE_NOT_READ) itemValues[at] = NOT_READ;
  return { itemNames: names, itemValues };
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
