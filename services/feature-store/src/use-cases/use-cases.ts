import type { ConsentReaders } from '../consent-ports';
import type { DeadLetters, RedrivenDeadLetters } from '../dead-letter-ports';
import type { InteractionVocabulary } from '../domain/interaction';
import type { AcceptanceWatch } from '../domain/quality/acceptance-watch';
import type { TypeRule } from '../domain/quality/type-rule';
import type { Erasures, ForgottenWatch, ReadUserData, UserDatasets } from '../erasure-ports';
import type { HistoryArchive } from '../history-ports';
import type { DatasetWriter, HistoryReader } from '../interaction-set-ports';
import type {
  CallOptions,
  Clock,
  EntityPublisher,
  EventStore,
  FeatureProjection,
  InteractionPublisher,
  RecentEventIds,
} from '../ports';
import type { QualityStore } from '../quality-ports';
import type { DatasetRegistry, ExamplesBuilder } from '../training-set-ports';
import { makeBuildTrainingSet } from './build-training-set';
import { buildWithoutErased } from './build-without-erased';
import { makeExportUser } from './export-user';
import { makeForgetUser } from './forget-user';
import { makeGetDeadLetter } from './get-dead-letter';
import { makeGetDecision } from './get-decision';
import { makeGetFeatureMatrix } from './get-feature-matrix';
import { makeGetFeatures } from './get-features';
import { makeGetProfiles } from './get-profiles';
import { makeGetRelations } from './get-relations';
import { makeGetStoreStats } from './get-store-stats';
import { makeListDataQuality } from './list-data-quality';
import { makeListDeadLetters } from './list-dead-letters';
import { listFeatures } from './list-features';
import { makeListHistoryDays } from './list-history-days';
import { makeListItems } from './list-items';
import { makeListProducers } from './list-producers';
import { makeReadStates } from './read-states';
import { makeRebuildFeatures } from './rebuild-features';
import { makeRecordInteractions } from './record-interactions';
import { makeRedriveDeadLetters } from './redrive-dead-letters';
import type { RefoldStates } from './refold-states';
import { makeRestoreHistory, type RequireDays } from './restore-history';
import { makeSetProducerQuarantine } from './set-producer-quarantine';
import { makeStreamInteractions } from './stream-interactions';
import { makeSetBlocks, makeSetFollows, makeUpsertItems, makeUpsertUsers } from './upsert-entities';

/** Everything that the calls need from outside. */
export interface UseCaseNeeds {
  readonly clock: Clock;
  readonly newEventId: () => string;
  readonly vocabulary: InteractionVocabulary;
  readonly interactions: InteractionPublisher;
  readonly entities: EntityPublisher;
  readonly consentReaders: ConsentReaders;
  readonly recent: RecentEventIds;
  readonly store: EventStore;
  readonly projection: FeatureProjection;
  readonly history: HistoryReader;
  readonly openWriter: (options: CallOptions) => DatasetWriter;
  readonly examples: ExamplesBuilder;
  readonly datasets: DatasetRegistry;
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  readonly onProjectionMissing: () => void;
  readonly refoldStates: RefoldStates;
  readonly deadLetters: DeadLetters;
  readonly redriven: RedrivenDeadLetters;
  readonly archive: HistoryArchive;
  readonly requireDays: RequireDays;
  readonly userKeyOf: (userId: string) => string;
  readonly forgotten: ForgottenWatch;
  readonly userDatasets: UserDatasets;
  readonly erasures: Erasures;
  readonly wake: () => void;
  readonly pause: (ms: number, options: CallOptions) => Promise<void>;
  readonly readUserData: ReadUserData;
  readonly readArchivedUserData: ReadUserData;
  readonly watch: AcceptanceWatch;
  readonly quality: QualityStore;
  readonly types: readonly TypeRule[];
  readonly qualityDays: number;
}

/** What the feature-store can be asked to do. */
export type UseCases = ReturnType<typeof makeUseCases>;

/** Makes what answers calls. */
export function makeUseCases(needs: UseCaseNeeds) {
  const quality = { store: needs.quality, types: needs.types, clock: needs.clock, keptDays: needs.qualityDays };
  const upserts = { ...needs, publisher: needs.entities };
  const reads = { ...needs, readStates: makeReadStates(needs) };
  const getFeatures = makeGetFeatures(reads);
  const recordInteractions = makeRecordInteractions({ ...needs, publisher: needs.interactions });
  return {
    recordInteractions,
    streamInteractions: makeStreamInteractions(recordInteractions),
    upsertUsers: makeUpsertUsers(upserts),
    upsertItems: makeUpsertItems(upserts),
    setFollows: makeSetFollows(upserts),
    setBlocks: makeSetBlocks(upserts),
    getRelations: makeGetRelations(needs),
    listItems: makeListItems(needs),
    getUsers: makeGetProfiles('user', needs),
    getItems: makeGetProfiles('item', needs),
    getStoreStats: makeGetStoreStats({ store: needs.store, publisher: needs.interactions }),
    getFeatures,
    getFeatureMatrix: makeGetFeatureMatrix(reads),
    rebuildFeatures: makeRebuildFeatures(needs),
    listFeatures,
    buildTrainingSet: buildWithoutErased(makeBuildTrainingSet(needs), needs),
    getDecision: makeGetDecision(needs),
    forgetUser: makeForgetUser(needs),
    exportUser: makeExportUser({ ...needs, getFeatures }),
    listDeadLetters: makeListDeadLetters(needs),
    getDeadLetter: makeGetDeadLetter(needs),
    redriveDeadLetters: makeRedriveDeadLetters(needs),
    listHistoryDays: makeListHistoryDays(needs),
    restoreHistory: makeRestoreHistory(needs),
    listDataQuality: makeListDataQuality(quality),
    listProducers: makeListProducers(quality),
    setProducerQuarantine: makeSetProducerQuarantine(quality),
  };
}
