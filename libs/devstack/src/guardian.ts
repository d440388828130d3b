import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import type { ProcessIdentity } from './process-identity';

/** Watches over the processes of one supervisor and ends them when the supervisor is killed. */
export interface Guardian extends AsyncDisposable {
  /** Higher stages are ended first: services before the stores that they use. */
  watch(ward: ProcessIdentity, how: { readonly signal: NodeJS.Signals; readonly stage: number }): void;
  forget(pid: number): void;
}

/** Starts the guardian process. It lives in a session of its own, out of reach of the terminal's Ctrl-C. */
export function startGuardian(): Guardian {
  const extension = extname(__filename);
  const strip = extension === '.ts' ? ['--experimental-strip-types'] : [];
  const child = spawn(process.execPath, ['--no-warnings', ...strip, join(__dirname, `guardian-main${extension}`)], {
    cwd: '/',
    detached: true,
    env: { PATH: process.env.PATH },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // A guardian that died takes nothing with it: its wards go on, they only lose their watchman.
  child.stdin.on('error', () => undefined);
  child.unref();
  const send = (message: object) => void (child.stdin.writable && child.stdin.write(`${JSON.stringify(message)}\n`));
  return {
    watch: (ward, how) => send({ add: { ...ward, ...how } }),
    forget: (pid) => send({ remove: pid }),
    [Symbol.asyncDispose]: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}
