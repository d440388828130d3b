import type { DecisionMemory, DecisionPublisher } from '../decision-ports';
import type { ItemCatalog } from '../item-ports';
import type { ModelShelf } from '../model-ports';
import type { RecentPopularity } from '../ports';
import type { BlockReader, ConsentReader, KeptUserReader, SocialReader } from '../user-ports';
import { alreadySeenFilter } from './filters/already-seen-filter';
import { blockedAuthorFilter } from './filters/blocked-author-filter';
import { excludedFilter } from './filters/excluded-filter';
import { hiddenFilter } from './filters/hidden-filter';
import { hiddenTopicFilter } from './filters/hidden-topic-filter';
import { ownItemsFilter } from './filters/own-items-filter';
import { unavailableFilter } from './filters/unavailable-filter';
import { blocksHydrator } from './hydrators/blocks-hydrator';
import { consentHydrator } from './hydrators/consent-hydrator';
import { keptUserHydrator } from './hydrators/kept-user-hydrator';
import { liveVectorHydrator } from './hydrators/live-vector-hydrator';
import type { Pipeline } from './parts';
import { collaborativeScorer } from './scorers/collaborative-scorer';
import { contentScorer } from './scorers/content-scorer';
import { engagementScorer } from './scorers/engagement-scorer';
import { neuralScorer } from './scorers/neural-scorer';
import { popularityScorer } from './scorers/popularity-scorer';
import { rulesScorer } from './scorers/rules-scorer';
import { diverseSelector } from './selectors/diverse-selector';
import { canaryOutcomes } from './side-effects/canary-outcomes';
import { counters } from './side-effects/counters';
import { decisionRecord } from './side-effects/decision-record';
import { type ShadowTrafficParts, shadowTraffic } from './side-effects/shadow-traffic';
import { collaborativeSource } from './sources/collaborative-source';
import { contentSource } from './sources/content-source';
import { freshSource } from './sources/fresh-source';
import { itemItemSource } from './sources/item-item-source';
import { neuralSource } from './sources/neural-source';
import { recentPopularitySource } from './sources/recent-popularity-source';
import { similarSource } from './sources/similar-source';
import { socialSource } from './sources/social-source';
import { trendingSource } from './sources/trending-source';

/** What the parts of the pipeline need from outside. */
export interface PipelinePorts extends Omit<ShadowTrafficParts, 'models' | 'catalog'> {
  readonly users: KeptUserReader;
  readonly consents: ConsentReader;
  readonly blocks: BlockReader;
  readonly catalog: ItemCatalog;
  readonly social: SocialReader;
  readonly models: ModelShelf;
  readonly popularity: RecentPopularity;
  readonly decisions: DecisionPublisher;
  readonly recent: DecisionMemory;
  /** The share of decisions whose records are kept, from 0 to 1. */
  readonly recordShare: number;
  readonly outcomes: Parameters<typeof canaryOutcomes>[0]['outcomes'];
  /** What was published longer ago is not fresh. */
  readonly freshHours: number;
}

/** The parts of the pipeline in their order. A new part is one file in its stage's folder and one line here. */
export function makePipeline(ports: PipelinePorts): Pipeline {
  // What users and callers forbade, and what may be shown to nobody: no operator overrules it.
  const forbidding = [
    hiddenFilter,
    blockedAuthorFilter(ports),
    hiddenTopicFilter(ports),
    excludedFilter,
    unavailableFilter(ports),
  ];
  return {
    hydrators: [keptUserHydrator(ports), consentHydrator(ports), blocksHydrator(ports), liveVectorHydrator(ports)],
    sources: [
      collaborativeSource(ports),
      itemItemSource(ports),
      contentSource(ports),
      neuralSource(ports),
      socialSource(ports),
      similarSource(ports),
      trendingSource(ports),
      freshSource(ports),
      recentPopularitySource(ports),
    ],
    filters: [alreadySeenFilter, ownItemsFilter(ports), ...forbidding],
    scorers: [
      collaborativeScorer(ports),
      contentScorer(ports),
      neuralScorer(ports),
      popularityScorer(ports),
      engagementScorer(ports),
      rulesScorer(ports),
    ],
    selector: diverseSelector({ ...ports, forbidding }),
    // The record waits for the shadows, so these are asked before it is made.
    sideEffects: [shadowTraffic(ports), decisionRecord(ports), counters, canaryOutcomes(ports)],
  };
}
