import type { Client, featureStore } from '@attune/contracts';
import type { TrainingConsents } from '../update-ports';

const MAX_USERS = 1_000;
const DEADLINE_MS = 10_000;

type FeatureStore = Pick<Client<featureStore.FeatureStoreServiceServer>, 'getUsers'>;

/** Asks the feature-store who refuses; whom it does not know has refused nothing. */
export function featureStoreConsents(featureStoreOf: () => FeatureStore): TrainingConsents {
  return {
    refusing: async (userIds, { signal }) => {
      const refusing = new Set<string>();
      for (let at = 0; at < userIds.length; at += MAX_USERS) {
        const asked = { userIds: userIds.slice(at, at + MAX_USERS) };
        const { users } = await featureStoreOf().getUsers(asked, { signal, deadlineMs: DEADLINE_MS });
        for (const { userId, consent } of users) if (consent?.training === false) refusing.add(userId);
      }
      return refusing;
    },
  };
}
