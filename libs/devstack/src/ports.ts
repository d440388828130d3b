import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { isLock, takeLock } from './process-lock';

/** A loopback port that is free and that no other stack of this user will choose until it is disposed. */
export interface ReservedPort extends Disposable {
  readonly port: number;
}

const ATTEMPTS = 200;

/**
 * Reserves a loopback port: the preferred one, else a free one of the system's choice. A port is chosen long before its
 * process listens, so the reservation is a lock file that stacks of other checkouts respect too.
 */
export async function reservePort(preferred?: number): Promise<ReservedPort> {
  let candidate = preferred ?? 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = await probe(candidate);
    candidate = 0;
    if (port === undefined) continue;
    const lock = lockPort(port);
    if (lock !== undefined) return { port, [Symbol.dispose]: () => lock[Symbol.dispose]() };
  }
  throw new AppError('exhausted.ports', 'no free port was found on 127.0.0.1: end some programs that listen there');
}

/** Whether a server could listen on this loopback port right now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await probe(port)) !== undefined;
}

function lockPort(port: number): Disposable | undefined {
  // Not os.tmpdir(): TMPDIR differs between sessions of one user, and then they would not see each other's locks.
  const folder = join(
    process.platform === 'win32' ? (process.env.TEMP ?? '.') : '/tmp',
    `attune-ports-${userInfo().uid}`,
  );
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = takeLock(join(folder, String(port)));
    return isLock(lock) ? lock : undefined;
  } catch {
    // Where locks cannot be written, the probe alone must do.
    return { [Symbol.dispose]: () => undefined };
  }
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}
