import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, type ProcessIdentity, signal, waitForEnd } from './process-identity';

/** One process of a stack, as a later start or `attune stop` finds it. */
export interface StateProcess extends ProcessIdentity {
  readonly name: string;
  readonly signal: NodeJS.Signals;
  readonly stage: number;
}

/** What `.attune/stack.json` says about the stack that runs in a checkout. */
export interface StackState {
  readonly supervisor: ProcessIdentity;
  readonly phase: 'starting' | 'ready';
  readonly startedAt: string;
  readonly addresses: Readonly<Record<string, string>>;
  /** Where Prometheus reads the metrics of each service. */
  readonly metrics?: Readonly<Record<string, string>>;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly objectStoreUrl?: string;
  readonly kafkaBrokers?: string;
  readonly processes: readonly StateProcess[];
}

/** The folder in a checkout that holds the local stack's data, logs and state. */
export function stackFolder(root: string): string {
  return join(root, '.attune');
}

function stateFile(root: string): string {
  return join(stackFolder(root), 'stack.json');
}

/** The stack that runs in this checkout, or undefined where none does. A file left by a killed stack does not count. */
export function readRunningStack(root: string): StackState | undefined {
  const state = readState(root);
  return state !== undefined && isAlive(state.supervisor) ? state : undefined;
}

/** Replaces the state file at once. It holds the database password, so only its owner may read it. */
export function writeState(root: string, state: StackState): void {
  const draft = `${stateFile(root)}.draft`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, stateFile(root));
}

/** Removes the state file of a stack that has stopped. */
export function removeState(root: string): void {
  rmSync(stateFile(root), { force: true });
}

/** Ends what a killed stack left running, services before stores. Resolves to the names of what was ended. */
export async function endLeftovers(root: string, graceMs = 10_000): Promise<readonly string[]> {
  const left = (readState(root)?.processes ?? []).filter((process) => isAlive(process));
  for (const stage of [...new Set(left.map((process) => process.stage))].sort((a, b) => b - a)) {
    const together = left.filter((process) => process.stage === stage);
    for (const process of together) signal(process, process.signal);
    await Promise.all(
      together.map(async (process) => {
        if (!(await waitForEnd(process, graceMs))) signal(process, 'SIGKILL');
        await waitForEnd(process, 1_000);
      }),
    );
  }
  removeState(root);
  return left.map((process) => process.name);
}

/** Asks the stack of this checkout to stop and waits for it. False where none runs. */
export async function stopRunningStack(root: string, timeoutMs = 60_000): Promise<boolean> {
  const state = readRunningStack(root);
  if (state === undefined) return false;
  signal(state.supervisor, 'SIGTERM');
  if (!(await waitForEnd(state.supervisor, timeoutMs))) {
    signal(state.supervisor, 'SIGKILL');
    await waitForEnd(state.supervisor, 1_000);
  }
  await endLeftovers(root);
  return true;
}

function readState(root: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(root), 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}
