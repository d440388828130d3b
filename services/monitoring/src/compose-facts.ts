import { TOPICS } from '@attune/contracts';
import { paced, type SubscribeOptions, type Subscription } from '@attune/event-log';
import { consumeErasures, erasureReceipts } from '@attune/kit';
import { makeOnDataQuality } from './events/on-data-quality';
import { makeOnDecision } from './events/on-decision';
import { makeOnEntity } from './events/on-entity';
import { makeOnExperimentChanged } from './events/on-experiment-changed';
import { makeOnInteraction } from './events/on-interaction';
import { makeOnModelStageChanged } from './events/on-model-stage-changed';
import { makeOnPrediction } from './events/on-prediction';
import type { MonitoringParts } from './monitoring-part';
import type { PostgresFactStore } from './storage/postgres-fact-store';
import { makeForgetUser } from './use-cases/forget-user';
import { makeTakeInFacts } from './use-cases/take-in-facts';

const GROUP = 'monitoring';
const MAX_BATCH = 2_000;

/** The consumers. Each fact counts once, whatever comes again. */
export function subscribeToFacts(
  { platform }: MonitoringParts,
  facts: PostgresFactStore,
): Promise<readonly Subscription[]> {
  const { eventLog, privacy, clock } = platform;
  const { userKeyOf } = privacy;
  const takeIn = makeTakeInFacts(facts, clock);
  const forgetUser = makeForgetUser({
    facts,
    publisher: erasureReceipts('monitoring', { eventLog, privacy }),
    userKeyOf,
    clock,
  });
  const inBulk = (topic: string, handle: SubscribeOptions['handle']) =>
    eventLog.subscribe({ topic, group: GROUP, maxBatch: MAX_BATCH, handle: paced(handle, MAX_BATCH) });
  const oneByOne = (topic: string, handle: SubscribeOptions['handle']) =>
    eventLog.subscribe({ topic, group: GROUP, handle });
  return Promise.all([
    inBulk(TOPICS.decisions.name, makeOnDecision(takeIn, userKeyOf)),
    inBulk(TOPICS.interactions.name, makeOnInteraction(takeIn, userKeyOf)),
    inBulk(TOPICS.predictions.name, makeOnPrediction(takeIn, userKeyOf)),
    inBulk(TOPICS.entities.name, makeOnEntity(takeIn, userKeyOf)),
    oneByOne(TOPICS.models.name, makeOnModelStageChanged(takeIn)),
    oneByOne(TOPICS.experiments.name, makeOnExperimentChanged(takeIn)),
    oneByOne(TOPICS.dataQuality.name, makeOnDataQuality(takeIn)),
    oneByOne(TOPICS.erasures.name, consumeErasures(forgetUser)),
  ]);
}
