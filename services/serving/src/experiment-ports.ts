import type { AppError } from '@attune/errors';
import type { ExperimentDefinition } from '@attune/experiments';
import type { Waiting } from './ports';

/** Knows which experiments run. Never waits. */
export interface Experiments {
  /** Those that may assign somebody. */
  running(): readonly ExperimentDefinition[];
  /** Why nobody can say which ones run: nothing was ever heard of them. Undefined where something was. */
  problem(): AppError | undefined;
}

/** Tells which experiments run, by the service that owns them. */
export interface ExperimentDirectory {
  /** Every experiment that runs. */
  running(waiting: Waiting): Promise<readonly ExperimentDefinition[]>;
}

/** Keeps the newest definition of each experiment, for all replicas and for those that start while its owner is away. */
export interface ExperimentCopies {
  /** An older version never takes the place of a newer one. */
  keep(definitions: readonly ExperimentDefinition[]): Promise<void>;
  /** Keeps these as their owner was found to have them now: also in the place of the same version, never of a newer one. */
  correct(definitions: readonly ExperimentDefinition[]): Promise<void>;
  /** Notes that all experiments that run are kept. */
  complete(): Promise<void>;
  /** `isComplete`: what is not among them does not run. */
  all(): Promise<{ readonly definitions: readonly ExperimentDefinition[]; readonly isComplete: boolean }>;
}

/** The experiments of a process, in memory. */
export interface ExperimentBook extends Experiments {
  /** Takes over an experiment that changed, here and for all replicas. */
  changed(definition: ExperimentDefinition): Promise<void>;
  /** Reads what other replicas heard of; throws where the copies cannot be read. */
  takeCopies(): Promise<void>;
  /** Asks the owner; throws where it cannot be asked. What is in memory stays then. */
  ask(waiting: Waiting): Promise<void>;
}
