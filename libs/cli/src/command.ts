import type { Command } from 'commander';
import type { CliContext } from './context';

/** Adds one verb to the program. `run` wraps an action: it makes the context, prints errors and sets the exit code. */
export type RegisterCommand = (program: Command, run: RunAction) => void;

/** Wraps the action of a verb. */
export type RunAction = <Args extends unknown[]>(
  action: (context: CliContext, ...args: Args) => Promise<void>,
) => (...args: Args) => Promise<void>;
