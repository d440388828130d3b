import { type Client, training } from '@attune/contracts';
import type { SpendingSource } from '../budget-ports';
import type { Spending } from '../domain/budget/budget';

const PAGE_SIZE = 200;
const MOST_PAGES = 50;

type Training = Pick<Client<training.TrainingServiceServer>, 'listRuns' | 'listModels' | 'listModelVersions'>;
interface Asking {
  readonly signal: AbortSignal;
}

/** What training spends: the time that its runs take, and the size of the artifacts that it keeps. */
export class TrainingSpending implements SpendingSource {
  constructor(private readonly client: () => Training) {}

  async spending(since: Date, now: Date, asking: Asking): Promise<readonly Spending[]> {
    const seconds = await this.#runSeconds(since, now, asking);
    const sizes = await this.#sizes(asking);
    return [
      { subject: 'service:training', resource: 'compute_seconds', amount: seconds },
      {
        subject: 'service:training',
        resource: 'storage_bytes',
        amount: sizes.reduce((sum, { amount }) => sum + amount, 0),
      },
      ...sizes,
    ];
  }

  /** Runs come newest first: the first page that ends with one that ended before is the last of interest. */
  async #runSeconds(since: Date, now: Date, asking: Asking): Promise<number> {
    let [seconds, pageToken] = [0, ''];
    for (let page = 0; page < MOST_PAGES; page++) {
      const asked = training.ListRunsRequest.fromPartial({ pageSize: PAGE_SIZE, pageToken });
      const { runs, nextPageToken } = await this.client().listRuns(asked, asking);
      for (const { startedAt, endedAt = now } of runs) {
        if (startedAt === undefined) continue;
        const from = Math.max(startedAt.getTime(), since.getTime());
        seconds += Math.max(0, endedAt.getTime() - from) / 1_000;
      }
      const last = runs.at(-1);
      if (nextPageToken === '' || (last?.endedAt !== undefined && last.endedAt < since)) return seconds;
      pageToken = nextPageToken;
    }
    return seconds;
  }

  async #sizes(asking: Asking): Promise<readonly Spending[]> {
    const asked = training.ListModelsRequest.fromPartial({ pageSize: PAGE_SIZE });
    const { models } = await this.client().listModels(asked, asking);
    const withVersions = models.filter(({ versionCount }) => versionCount > 0);
    return Promise.all(
      withVersions.map(
        async ({ name }): Promise<Spending> => ({
          subject: `model:${name}`,
          resource: 'storage_bytes',
          amount: await this.#sizeOf(name, asking),
        }),
      ),
    );
  }

  async #sizeOf(model: string, asking: Asking): Promise<number> {
    let [bytes, pageToken] = [0, ''];
    for (let page = 0; page < MOST_PAGES; page++) {
      const asked = training.ListModelVersionsRequest.fromPartial({ model, pageSize: PAGE_SIZE, pageToken });
      const { versions, nextPageToken } = await this.client().listModelVersions(asked, asking);
      for (const { sizeBytes } of versions) bytes += sizeBytes;
      if (nextPageToken === '') return bytes;
      pageToken = nextPageToken;
    }
    return bytes;
  }
}
