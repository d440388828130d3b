import { AppError } from '@attune/errors';
import type { ExperimentDefinition } from '@attune/experiments';
import type { ExperimentBook, ExperimentCopies, ExperimentDirectory } from '../experiment-ports';

/** What the book of experiments needs. */
export interface ExperimentBookParts {
  readonly directory: ExperimentDirectory;
  readonly copies: ExperimentCopies;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

const NOTHING_KNOWN = new AppError(
  'unavailable.experiments',
  'nobody could say yet which experiments run: the slate is made as if there were none',
);

/** Makes the experiments of a process: the newest version of each that it heard of, from the log, from other replicas or from the owner. */
export function makeExperimentBook({ directory, copies, logger }: ExperimentBookParts): ExperimentBook {
  const known = new Map<string, ExperimentDefinition>();
  let running: readonly ExperimentDefinition[] = [];
  let isKnown = false;

  function take(definitions: readonly ExperimentDefinition[]): void {
    for (const definition of definitions) {
      const { experimentId, version, state } = definition;
      const before = known.get(experimentId);
      // The same version may be found to be over, or not to be: its owner was asked, here or by another replica.
      if (before !== undefined && (before.version > version || isSame(before, definition))) continue;
      known.set(experimentId, definition);
      logger.info({ experiment: experimentId, version, state }, 'an experiment changed');
    }
    refresh();
  }

  function refresh(): void {
    running = [...known.values()].filter(({ state }) => state === 'running');
  }

  /** What ran when its owner was asked, is not among its answer, and did not change meanwhile. */
  function goneSince(before: readonly ExperimentDefinition[], listed: readonly ExperimentDefinition[]) {
    const stays = new Set(listed.map(({ experimentId }) => experimentId));
    return before.filter((one) => !stays.has(one.experimentId) && known.get(one.experimentId) === one);
  }

  return {
    running: () => running,
    problem: () => (isKnown ? undefined : NOTHING_KNOWN),
    async changed(definition) {
      take([definition]);
      await copies.keep([definition]);
    },
    async takeCopies() {
      const { definitions, isComplete } = await copies.all();
      take(definitions);
      isKnown ||= isComplete;
    },
    async ask(waiting) {
      const before = running;
      const listed = await directory.running(waiting);
      take(listed);
      const gone = goneSince(before, listed).map((one) => ({ ...one, state: 'stopped' as const }));
      take(gone);
      isKnown = true;
      await keepCopies([...listed, ...gone]);
    },
  };

  // The copies are for bad days, and the owner was just heard of.
  async function keepCopies(definitions: readonly ExperimentDefinition[]) {
    try {
      await copies.correct(definitions);
      await copies.complete();
    } catch (err) {
      logger.warn({ err }, 'the copies of the experiments could not be kept; it is tried again with the next answer');
    }
  }
}

function isSame(one: ExperimentDefinition, other: ExperimentDefinition): boolean {
  return one.version === other.version && one.state === other.state;
}
