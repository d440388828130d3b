import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { identify } from './process-identity';

/**
 * Removes the lock file that a killed PostgreSQL left behind. PostgreSQL does so itself unless the process number in it has
 * been given to another program meanwhile, as happens after a reboot; then it would refuse to start for ever.
 * A PostgreSQL that still runs on this data, left by a stack that was killed, is told to end.
 */
export function clearStalePostmaster(data: string): void {
  const path = join(data, 'postmaster.pid');
  const pid = Number(readText(path).split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  if (isPostgresOn(pid, data)) {
    process.kill(pid, 'SIGQUIT');
    waitBriefly(pid);
  }
  if (!isPostgresOn(pid, data)) rmSync(path, { force: true });
}

function isPostgresOn(pid: number, data: string): boolean {
  if (identify(pid) === undefined) return false;
  const args = readText(`/proc/${pid}/cmdline`).split('\0');
  return args[0]?.endsWith('postgres') === true && args.includes(data);
}

// Called from a synchronous spawn, and only when a stack was killed together with its guardian: a short blocking wait is fine.
function waitBriefly(pid: number): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 250 && identify(pid) !== undefined; round += 1) Atomics.wait(cell, 0, 0, 20);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
