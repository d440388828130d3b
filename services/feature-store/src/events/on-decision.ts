import { type common, decodeFeatureTable, events, FeatureTableError, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, EventLog, Subscription } from '@attune/event-log';
import { idProblem } from '../domain/usable-text';
import type { StoredDecision } from '../ports';
import type { KeepDecisions } from '../use-cases/keep-decisions';
import { decodeOrBury, positionOf, timeOf } from './decode-or-bury';

interface Needs {
  readonly eventLog: EventLog;
  readonly group: string;
  readonly keepDecisions: KeepDecisions;
}

/** Consumes `decisions.v1`: keeps every decision record. */
export function onDecision({ eventLog, group, keepDecisions }: Needs): Promise<Subscription> {
  return eventLog.subscribe({
    topic: TOPICS.decisions.name,
    group,
    handle: async (batch, context) => {
      const decisions = await decodeOrBury(batch, context, decode);
      await keepDecisions(decisions, positionOf(batch), { signal: context.signal });
    },
  });
}

function decode({ value }: DeliveredRecord): StoredDecision {
  const { decision } = TOPIC_CODECS.decisions.decode(value);
  const problem = idProblem(decision?.decisionId ?? '', 128) ?? idProblem(decision?.userId ?? '');
  if (decision === undefined || problem !== undefined) {
    throw new AppError('invalid.event', 'the record has no decision with a usable id and user');
  }
  const { decisionId, userId } = decision;
  requireSoundFeatures(decision.itemFeatures, decision.slate.length + decision.runnersUp.length);
  const decidedAt = timeOf(decision.decidedAt, 'decided_at');
  return { decisionId, userId, decidedAt, record: events.DecisionRecord.encode(decision).finish() };
}

/** Training sets read these features years later: what cannot be read does not get in. */
function requireSoundFeatures(items: common.FeatureTable | undefined, rankedCount: number): void {
  if (items === undefined) return;
  try {
    const { rowCount } = decodeFeatureTable(items);
    if (rowCount > rankedCount)
      throw new FeatureTableError(`there are ${rowCount} rows for ${rankedCount} ranked items`);
  } catch (cause) {
    if (!(cause instanceof FeatureTableError)) throw cause;
    throw new AppError('invalid.event', `the features of the items cannot be read: ${cause.message}`, { cause });
  }
}
