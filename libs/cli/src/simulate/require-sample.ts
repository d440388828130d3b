import type { Client, featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Simulation } from '@attune/simulator';

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'getUsers' | 'getItems'>;

/** How many posts are compared, spread over all of them. */
const COMPARED = 25;

/** Refuses a fleet that does not hold the simulation: its people would be strangers there, and its posts not the ones that they judge. */
export async function requireSample(fleet: FeatureStore, simulation: Simulation, people: number): Promise<void> {
  const posts = [...simulation.items()];
  const step = Math.max(1, Math.floor(posts.length / COMPARED));
  const compared = posts.filter((_, at) => at % step === 0);
  const { items } = await fleet.getItems({ itemIds: compared.map(({ itemId }) => itemId) });
  const titles = new Map(items.map(({ itemId, title }) => [itemId, title]));
  const last = `u${String(people - 1).padStart(6, '0')}`;
  const { users } = await fleet.getUsers({ userIds: [last] });
  const isThere = compared.every(({ itemId, title }) => titles.get(itemId) === title) && users.length === 1;
  if (isThere) return;
  throw new AppError(
    'failed_precondition.sample',
    'this fleet does not hold the feed that is simulated: load it with scripts/attune sample (an empty fleet that "npm start" starts ' +
      'has it), or say by --sample-users, --sample-items and --sample-seed which feed it holds',
  );
}
