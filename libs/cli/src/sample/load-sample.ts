import { common, featureStore } from '@attune/contracts';
import { type SimulatedInteraction, type SimulationOptions, simulate } from '@attune/simulator';
import type { CliContext } from '../context';
import { inOrder, sendPatiently } from '../import/send-in-order';
import { sendInteractions } from '../import/senders';

const USERS_PER_CALL = 500;
const ITEMS_PER_CALL = 250;
const FOLLOWS_PER_CALL = 2_000;
const INTERACTIONS_PER_CALL = 2_000;
const CONCURRENCY = 4;
const PATIENCE_MS = 5 * 60_000;

/** What a sample brought. */
export interface SampleReport {
  readonly users: number;
  readonly items: number;
  readonly follows: number;
  readonly interactions: number;
  readonly seconds: number;
}

/** Loads a simulated social feed into the fleet: users, posts, follows, then what people did. Safe to repeat. */
export async function loadSample(
  context: CliContext,
  options: SimulationOptions & { readonly signal: AbortSignal; readonly onProgress: (message: string) => void },
): Promise<SampleReport> {
  const { signal, onProgress } = options;
  const client = context.client('feature-store');
  const simulation = simulate(options);
  const startedAt = performance.now();
  const send = async <T>(what: string, all: Iterable<T>, size: number, call: (batch: T[]) => Promise<unknown>) => {
    let count = 0;
    const work = async (batch: T[]) => {
      await sendPatiently(() => call(batch), { patienceMs: PATIENCE_MS, signal });
      return batch.length;
    };
    await inOrder(batches(all, size, signal), CONCURRENCY, work, (sent) => {
      count += sent;
      onProgress(`loading the sample: ${count} ${what}`);
    });
    return count;
  };
  const users = await send('users', simulation.users(), USERS_PER_CALL, (batch) =>
    client.upsertUsers(
      featureStore.UpsertUsersRequest.fromPartial({
        users: batch.map((user) => ({ ...user, interests: [...user.interests] })),
      }),
    ),
  );
  const items = await send('posts', simulation.items(), ITEMS_PER_CALL, (batch) =>
    client.upsertItems(
      featureStore.UpsertItemsRequest.fromPartial({ items: batch.map((item) => ({ ...item, tags: [...item.tags] })) }),
    ),
  );
  const follows = await send('follows', simulation.follows(), FOLLOWS_PER_CALL, (batch) =>
    client.setFollows(featureStore.SetFollowsRequest.fromPartial({ follows: batch })),
  );
  const interactions = await send('interactions', simulation.interactions(), INTERACTIONS_PER_CALL, (batch) =>
    sendInteractions(client, 'sample', batch.map(toInteraction), 0),
  );
  return { users, items, follows, interactions, seconds: (performance.now() - startedAt) / 1000 };
}

function toInteraction({ time, ...rest }: SimulatedInteraction): common.Interaction {
  return common.Interaction.fromPartial({ ...rest, occurredAt: time });
}

async function* batches<T>(all: Iterable<T>, size: number, signal: AbortSignal): AsyncIterable<T[]> {
  let batch: T[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < size) continue;
    signal.throwIfAborted();
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
