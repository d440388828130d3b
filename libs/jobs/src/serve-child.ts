import { Worker } from 'node:worker_threads';
import type { ChildMessage, ErrorData, StartMessage } from './child-protocol';

/** What a child's work gets besides its input. */
export interface ChildContext {
  /** Sends something to the parent's `onMessage`; structured-clone data, small and not too often. */
  progress(value: unknown): void;
  /** Aborts when the parent cancels. Work that does not listen is killed a moment later. */
  readonly signal: AbortSignal;
}

/**
 * The child's side of `runInChild`: a module that calls this does one piece of work per process.
 *
 * @example serveChild(async (input: { readonly rows: number }, { progress, signal }) => train(input, progress, signal));
 */
export function serveChild<Input, Output>(work: (input: Input, context: ChildContext) => Promise<Output>): void {
  if (process.send === undefined)
    throw new Error('this module does its work in a child process: start it by runInChild');
  dieWithParent();
  const cancelling = new AbortController();
  process.on('SIGTERM', () => cancelling.abort());
  // Ctrl-C reaches the whole process group; the parent decides what becomes of its children
  process.on('SIGINT', () => undefined);
  process.once('message', async ({ input }: StartMessage) => {
    const context = { progress: (value: unknown) => tell({ type: 'progress', value }), signal: cancelling.signal };
    try {
      tell({ type: 'result', output: await work(input as Input, context) });
    } catch (error) {
      tell({ type: 'error', error: errorData(error) });
    }
    // the parent disconnects when it has read this, and that ends the process
  });
}

function tell(message: ChildMessage): void {
  if (process.connected) process.send!(message);
}

function errorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack } = error;
  if (error.name !== 'AppError') return { message, stack };
  const { code, violations, metadata } = error as Error & ErrorData;
  return { code, message, stack, violations, metadata };
}

// A blocked event loop does not see the disconnect, so a thread looks whether the parent is still the parent.
const PARENT_WATCH = `
  const parent = process.ppid;
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);`;

function dieWithParent(): void {
  process.once('disconnect', () => process.exit(0));
  new Worker(PARENT_WATCH, { eval: true, execArgv: [], env: {} }).unref();
}
