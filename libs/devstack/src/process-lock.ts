import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify, isAlive, type ProcessIdentity } from './process-identity';

/** A lock file that names its holder; it stops counting when that process is gone, however it ended. */
export interface ProcessLock extends Disposable {
  readonly path: string;
}

/** Takes the lock at `path`, or tells who holds it. */
export function takeLock(path: string): ProcessLock | { readonly heldBy: ProcessIdentity } {
  const mine = JSON.stringify(identify(process.pid));
  for (;;) {
    if (createWhole(path, mine)) return { path, [Symbol.dispose]: () => release(path, mine) };
    const text = readOrUndefined(path);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder !== undefined && isAlive(holder)) return { heldBy: holder };
    removeStale(path, text);
  }
}

/** Whether `takeLock` succeeded. */
export function isLock(result: ReturnType<typeof takeLock>): result is ProcessLock {
  return Symbol.dispose in result;
}

// A hard link appears whole or not at all, so nobody ever reads a lock that is half written.
function createWhole(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}.${Math.trunc(performance.now() * 1000)}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

// Two processes may find the same stale lock. Moving it aside is atomic; whoever moves a fresh one by mistake puts it back.
function removeStale(path: string, staleText: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readOrUndefined(aside) !== staleText) linkSync(aside, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string, mine: string): void {
  if (readOrUndefined(path) === mine) rmSync(path, { force: true });
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(text) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
