import { type Client, common, type featureStore } from '@attune/contracts';
import type { FeatureDescriptions, Waiting } from '../ports';

const DEADLINE_MS = 500;
const PAGE_SIZE = 500;
/** Meanings change with a new build of the feature-store. */
const KEPT_MS = 600_000;
/** After a failure it is asked again that soon, not by every explanation. */
const RETRY_MS = 10_000;

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'listFeatures'>;

/** What the feature-store says that features mean, kept for a while: explanations are read by people, and meanings hardly change. */
export class ListedFeatures implements FeatureDescriptions {
  #known: ReadonlyMap<string, string> = new Map();
  #asking: Promise<void> | undefined;
  #askAgainAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly featureStore: () => FeatureStore,
    private readonly stopwatch: () => number,
  ) {}

  async all({ signal }: Waiting): Promise<ReadonlyMap<string, string>> {
    signal.throwIfAborted();
    if (this.stopwatch() >= this.#askAgainAtMs) {
      // Not with the signal of whoever came first: others wait for the same answer.
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
    return this.#known;
  }

  async #ask(): Promise<void> {
    try {
      this.#known = await this.#list();
      this.#askAgainAtMs = this.stopwatch() + KEPT_MS;
    } catch {
      // An explanation without these sentences is still one: names are said in words instead.
      this.#askAgainAtMs = this.stopwatch() + RETRY_MS;
    }
  }

  async #list(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    let pageToken = '';
    do {
      const request = { entityType: common.EntityType.UNSPECIFIED, pageSize: PAGE_SIZE, pageToken };
      const page = await this.featureStore().listFeatures(request, { deadlineMs: DEADLINE_MS });
      for (const { name, description } of page.features) if (description !== '') found.set(name, description);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }
}
