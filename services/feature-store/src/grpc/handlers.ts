import { common, events, type featureStore } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { fromTargeted } from '../domain/block';
import type { UseCases } from '../use-cases/use-cases';
import { deadLetterHandlers } from './dead-letter-handlers';
import {
  fromFeatureAnswer,
  fromFeatureMatrix,
  fromFeaturePage,
  toFeaturePageQuestion,
  toFeatureQuestion,
} from './feature-mapping';
import { historyHandlers } from './history-handlers';
import { fromBatchOutcome, fromRelations, fromStreamOutcome, toBatches } from './mapping';
import { privacyHandlers } from './privacy-handlers';
import { qualityHandlers } from './quality-handlers';
import { fromTrainingSetProgress, toTrainingSetQuestion } from './training-set-mapping';

type FeatureStoreHandlers = Handlers<featureStore.FeatureStoreServiceServer>;

/** The RPCs of the feature-store. Those that are not built yet are missing, and answer UNIMPLEMENTED. */
export function handlersOf(use: UseCases): Partial<FeatureStoreHandlers> {
  return {
    ...deadLetterHandlers(use),
    ...historyHandlers(use),
    ...privacyHandlers(use),
    ...qualityHandlers(use),
    recordInteractions: async (request, { signal }) =>
      fromBatchOutcome(await use.recordInteractions(request, { signal })),
    streamInteractions: async (requests, { signal }) =>
      fromStreamOutcome(await use.streamInteractions(toBatches(requests), { signal })),
    upsertUsers: ({ users }, { signal }) => use.upsertUsers(users, { signal }),
    upsertItems: ({ items }, { signal }) => use.upsertItems(items, { signal }),
    setFollows: ({ follows }, { signal }) => use.setFollows(follows, { signal }),
    setBlocks: ({ blocks }, { signal }) => use.setBlocks(blocks.map(fromTargeted), { signal }),
    getRelations: async ({ userIds }, { signal }) => ({
      users: (await use.getRelations(userIds, { signal })).map(fromRelations),
    }),
    listItems: async (request, { signal }) => {
      const { records, nextPageToken } = await use.listItems(request, { signal });
      return { items: records.map((record) => common.Item.decode(record)), nextPageToken };
    },
    getUsers: async ({ userIds }, { signal }) => {
      const records = await use.getUsers(userIds, { signal });
      return { users: records.map((record) => common.User.decode(record)) };
    },
    getItems: async ({ itemIds }, { signal }) => {
      const records = await use.getItems(itemIds, { signal });
      return { items: records.map((record) => common.Item.decode(record)) };
    },
    getStoreStats: (_request, { signal }) => use.getStoreStats({ signal }),
    getFeatures: async (request, { signal }) =>
      fromFeatureAnswer(await use.getFeatures(toFeatureQuestion(request), { signal })),
    getFeatureMatrix: async (request, { signal }) => fromFeatureMatrix(await use.getFeatureMatrix(request, { signal })),
    listFeatures: async (request) => fromFeaturePage(use.listFeatures(toFeaturePageQuestion(request))),
    rebuildFeatures: ({ fromHistory }, { signal }) => use.rebuildFeatures({ fromHistory }, { signal }),
    buildTrainingSet: async function* (request, { signal }) {
      for await (const progress of use.buildTrainingSet(toTrainingSetQuestion(request), { signal })) {
        yield fromTrainingSetProgress(progress);
      }
    },
    getDecision: async ({ decisionId }, { signal }) => ({
      decision: events.DecisionRecord.decode(await use.getDecision(decisionId, { signal })),
    }),
  };
}
