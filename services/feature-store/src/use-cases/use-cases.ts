import type { InteractionVocabulary } from '../domain/interaction';
import type {
  CallOptions,
  Clock,
  DatasetWriter,
  EntityPublisher,
  EventStore,
  FeatureProjection,
  HistoryReader,
  InteractionPublisher,
  RecentEventIds,
} from '../ports';
import { makeBuildTrainingSet } from './build-training-set';
import { makeGetDecision } from './get-decision';
import { makeGetFeatures } from './get-features';
import { makeGetProfiles } from './get-profiles';
import { makeGetStoreStats } from './get-store-stats';
import { listFeatures } from './list-features';
import { makeRecordInteractions } from './record-interactions';
import { makeStreamInteractions } from './stream-interactions';
import { makeSetFollows, makeUpsertItems, makeUpsertUsers } from './upsert-entities';

/** Everything that the calls need from outside. */
export interface UseCaseNeeds {
  readonly clock: Clock;
  readonly newEventId: () => string;
  readonly vocabulary: InteractionVocabulary;
  readonly interactions: InteractionPublisher;
  readonly entities: EntityPublisher;
  readonly recent: RecentEventIds;
  readonly store: EventStore;
  readonly projection: FeatureProjection;
  readonly history: HistoryReader;
  readonly openWriter: (options: CallOptions) => DatasetWriter;
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  readonly onProjectionMissing: () => void;
}

/** What the feature-store can be asked to do. */
export type UseCases = ReturnType<typeof makeUseCases>;

/** Makes what answers calls. */
export function makeUseCases(needs: UseCaseNeeds) {
  const upserts = { ...needs, publisher: needs.entities };
  const recordInteractions = makeRecordInteractions({ ...needs, publisher: needs.interactions });
  return {
    recordInteractions,
    streamInteractions: makeStreamInteractions(recordInteractions),
    upsertUsers: makeUpsertUsers(upserts),
    upsertItems: makeUpsertItems(upserts),
    setFollows: makeSetFollows(upserts),
    getUsers: makeGetProfiles('user', needs),
    getItems: makeGetProfiles('item', needs),
    getStoreStats: makeGetStoreStats({ store: needs.store, publisher: needs.interactions }),
    getFeatures: makeGetFeatures(needs),
    listFeatures,
    buildTrainingSet: makeBuildTrainingSet(needs),
    getDecision: makeGetDecision(needs),
  };
}
