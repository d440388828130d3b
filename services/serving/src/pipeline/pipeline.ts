import type { ConsentReader, DecisionPublisher, KeptUserReader, ModelShelf, RecentPopularity } from '../ports';
import { alreadySeenFilter } from './filters/already-seen-filter';
import { excludedFilter } from './filters/excluded-filter';
import { hiddenFilter } from './filters/hidden-filter';
import { consentHydrator } from './hydrators/consent-hydrator';
import { seenItemsHydrator } from './hydrators/seen-items-hydrator';
import type { Pipeline } from './parts';
import { sourceOrderSelector } from './selectors/source-order-selector';
import { counters } from './side-effects/counters';
import { decisionRecord } from './side-effects/decision-record';
import { collaborativeSource } from './sources/collaborative-source';
import { recentPopularitySource } from './sources/recent-popularity-source';
import { trendingSource } from './sources/trending-source';

/** What the parts of the pipeline need from outside. */
export interface PipelinePorts {
  readonly users: KeptUserReader;
  readonly consents: ConsentReader;
  readonly models: ModelShelf;
  readonly popularity: RecentPopularity;
  readonly decisions: DecisionPublisher;
}

/** The parts of the pipeline in their order. A new part is one file in its stage's folder and one line here. */
export function makePipeline(ports: PipelinePorts): Pipeline {
  return {
    hydrators: [seenItemsHydrator(ports), consentHydrator(ports)],
    sources: [collaborativeSource(ports), trendingSource(ports), recentPopularitySource(ports)],
    filters: [alreadySeenFilter, hiddenFilter, excludedFilter],
    selector: sourceOrderSelector,
    sideEffects: [decisionRecord(ports), counters],
  };
}
