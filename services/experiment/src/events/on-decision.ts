import { type events, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { Exposure, SlateFact } from '../domain/facts';
import type { FactBatch } from '../ports';

const TEAM = 'team:';

/** Makes the consumer of `decisions.v1`: slates, and that the units who got them were exposed to the variants in them. */
export function makeOnDecision(takeIn: (batch: FactBatch) => Promise<void>, userKeyOf: (userId: string) => string) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    const facts = await decodeRecords(batch, context, ({ value }) => {
      const { decision } = TOPIC_CODECS.decisions.decode(value);
      if (!decision?.decisionId || !decision.userId || decision.decidedAt === undefined) {
        return new AppError('invalid.event', 'the record has no decision id, user or time');
      }
      const unitKey = userKeyOf(decision.userId);
      const at = decision.decidedAt;
      return { slate: slateOf(decision, unitKey, at), exposures: exposuresOf(decision, unitKey, at) };
    });
    await takeIn({ slates: facts.map(({ slate }) => slate), exposures: facts.flatMap(({ exposures }) => exposures) });
  };
}

function slateOf(decision: events.DecisionRecord, unitKey: string, at: Date): SlateFact {
  const { decisionId, surface, strategy, latencyMs, degraded, slate } = decision;
  const teams = slate
    .filter(({ placedBy }) => placedBy.startsWith(TEAM))
    .map(({ itemId, placedBy }) => [itemId, placedBy.slice(TEAM.length)]);
  return {
    ...{ decisionId, unitKey, at, surface, strategy },
    latencyMs: Number.isFinite(latencyMs) ? latencyMs : 0,
    isDegraded: degraded.length > 0,
    itemCount: slate.length,
    ...(teams.length === 0 ? {} : { teams: Object.fromEntries(teams) }),
  };
}

/** What was told about the moment, and the surface, are what results are parted by. */
function exposuresOf(decision: events.DecisionRecord, unitKey: string, at: Date): Exposure[] {
  const attributes = { ...decision.context, surface: decision.surface };
  return decision.variants.map(({ experimentId, variant }) => ({ experimentId, variant, unitKey, at, attributes }));
}
