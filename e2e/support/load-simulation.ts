import { type Client, common, type featureStore } from '@attune/contracts';
import { type Simulation, simulate } from '@attune/simulator';

/** A social feed that is large enough to train on and small enough for a few seconds. It lies in the past of any clock. */
export const SMALL_FEED = {
  ...{ seed: 7, users: 60, items: 200, days: 30, interactionsPerUser: 40 },
  startTime: new Date('2025-01-01T00:00:00Z'),
} as const;

const PER_CALL = 1_000;

/** Brings a simulated feed into the feature-store over its RPCs: who, what, who follows whom, then what people did. */
export async function loadSimulation(
  client: Client<typeof featureStore.FeatureStoreServiceService>,
  simulation: Simulation = simulate(SMALL_FEED),
): Promise<{ readonly interactions: readonly common.Interaction[]; readonly acceptedCount: number }> {
  const users = Array.from(simulation.users(), (user) =>
    common.User.fromPartial({ ...user, interests: [...user.interests] }),
  );
  const items = Array.from(simulation.items(), (item) => common.Item.fromPartial({ ...item, tags: [...item.tags] }));
  await client.upsertUsers({ users, requestId: '' });
  await client.upsertItems({ items, requestId: '' });
  await client.setFollows({
    follows: Array.from(simulation.follows(), (f) => common.Follow.fromPartial(f)),
    requestId: '',
  });
  const interactions = Array.from(simulation.interactions(), ({ time, ...rest }) =>
    common.Interaction.fromPartial({ ...rest, occurredAt: time }),
  );
  let acceptedCount = 0;
  for (let at = 0; at < interactions.length; at += PER_CALL) {
    const batch = interactions.slice(at, at + PER_CALL);
    const answer = await client.recordInteractions({ interactions: batch, producer: 'simulator' });
    acceptedCount += answer.acceptedCount;
  }
  return { interactions, acceptedCount };
}
