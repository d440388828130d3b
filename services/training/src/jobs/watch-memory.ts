import { Worker } from 'node:worker_threads';

/** What a process that took too much memory leaves on its standard error. */
export const TOO_MUCH_MEMORY = 'this process took more memory than it may';

/**
 * Ends this process when it takes more memory than `limitMb`, whatever its other threads do meanwhile: native code that reserves too
 * much would otherwise take the machine's.
 */
export function watchMemory(limitMb: number): void {
  const workerData = { limitBytes: limitMb * 2 ** 20, lastWords: `${TOO_MUCH_MEMORY}: ${limitMb} MB\n` };
  new Worker(WATCH, { eval: true, execArgv: [], env: {}, workerData }).unref();
}

// The other threads may be blocked, so nothing that goes through them is used.
const WATCH = `
  const { workerData } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  setInterval(() => {
    if (process.memoryUsage.rss() <= workerData.limitBytes) return;
    writeSync(2, workerData.lastWords);
    process.kill(process.pid, 'SIGKILL');
  }, 20);`;
