import { type Client, experiment as contract } from '@attune/contracts';
import type { ExperimentDefinition } from '@attune/experiments';
import type { ExperimentDirectory } from '../experiment-ports';
import type { Waiting } from '../ports';
import { definitionOf } from './experiment-mapping';

const PAGE_SIZE = 100;
const DEADLINE_MS = 5_000;

/** Asks the experiment service which experiments run. */
export class ListedExperiments implements ExperimentDirectory {
  constructor(
    private readonly experiment: () => Pick<Client<typeof contract.ExperimentServiceService>, 'listExperiments'>,
  ) {}

  async running({ signal }: Waiting): Promise<readonly ExperimentDefinition[]> {
    const found: ExperimentDefinition[] = [];
    let pageToken = '';
    do {
      const request = { state: contract.ExperimentState.RUNNING, pageSize: PAGE_SIZE, pageToken };
      const page = await this.experiment().listExperiments(request, { signal, deadlineMs: DEADLINE_MS });
      found.push(...page.experiments.map(definitionOf));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return found;
  }
}
