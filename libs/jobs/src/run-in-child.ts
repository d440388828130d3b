import { type ChildProcess, fork } from 'node:child_process';
import { AppError, type ErrorCode, isAppError, toAppError } from '@attune/errors';
import type { ChildMessage, ErrorData } from './child-protocol';

/** What to run in a process of its own. */
export interface ChildOptions {
  /** The absolute path of a built module that calls `serveChild`. */
  readonly modulePath: string;
  /** Structured-clone data: typed arrays pass as they are. Large data is better left in files that both can read. */
  readonly input: unknown;
  /** Cancels: the child gets SIGTERM, and SIGKILL when it is still there after the grace. */
  readonly signal?: AbortSignal;
  /** Hears what the child gives to `progress`. */
  readonly onMessage?: (value: unknown) => void;
  /** The longest the work may take. */
  readonly timeoutMs?: number;
  /** Options of Node, for instance `--max-old-space-size=4096`. */
  readonly execArgv?: readonly string[];
  /** Between SIGTERM and SIGKILL. Default 5000. */
  readonly killGraceMs?: number;
}

type Outcome<Output> = { readonly output: Output } | { readonly error: AppError };

/**
 * Does CPU-heavy work in a child process, so that this process' event loop stays free and a crash stays there.
 * Resolves or rejects after the child is gone. A crash, an exit without a result and running out of memory reject with
 * `internal.child_crashed`.
 */
export function runInChild<Output>(options: ChildOptions): Promise<Output> {
  const { modulePath, input, signal, onMessage, timeoutMs, execArgv = [], killGraceMs = 5_000 } = options;
  if (signal?.aborted) return Promise.reject(cancellation(signal));
  const child = start(modulePath, execArgv);
  const errorTail = tailOf(child);
  let outcome: Outcome<Output> | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (terminal: Outcome<Output>) => {
    if (outcome !== undefined) return;
    outcome = terminal;
    killTimer = setTimeout(() => child.kill('SIGKILL'), killGraceMs);
  };
  const giveUp = (error: AppError) => {
    end({ error });
    child.kill('SIGTERM');
  };
  const onAbort = () => giveUp(cancellation(signal!));
  signal?.addEventListener('abort', onAbort, { once: true });
  const timeout =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => giveUp(new AppError('deadline.child', `the child process took over ${timeoutMs} ms`)),
          timeoutMs,
        );
  child.on('message', (message: ChildMessage) => {
    try {
      if (message.type === 'progress') return onMessage?.(message.value);
      end(outcomeOf<Output>(message));
      // it waits for this, also when its result comes too late because the call was given up
      if (child.connected) child.disconnect();
    } catch (error) {
      giveUp(toAppError(error));
    }
  });
  try {
    child.send({ type: 'start', input }, (error) => error && giveUp(noInput(error)));
  } catch (error) {
    giveUp(noInput(error));
  }
  return goneOf(child)
    .then(({ code, killedBy, cause }) => {
      outcome ??= { error: crashed(code, killedBy, cause ?? new Error(errorTail() || 'it wrote no error')) };
      if ('error' in outcome) throw outcome.error;
      return outcome.output;
    })
    .finally(() => {
      clearTimeout(killTimer);
      clearTimeout(timeout);
      signal?.removeEventListener('abort', onAbort);
    });
}

function start(modulePath: string, execArgv: readonly string[]): ChildProcess {
  // the port where this process shows its metrics cannot be taken twice
  const { ATTUNE_METRICS_PORT: _, ...env } = process.env;
  return fork(modulePath, [], {
    serialization: 'advanced',
    execArgv: [...execArgv],
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
}

function noInput(cause: unknown): AppError {
  return new AppError('internal.child_input', 'the input of the child process could not be sent', { cause });
}

interface Gone {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly cause?: Error;
}

// the channel may still hold messages when the process is gone, so both ends are waited for
function goneOf(child: ChildProcess): Promise<Gone> {
  const { promise, resolve } = Promise.withResolvers<Gone>();
  child.on('error', (cause) => {
    if (child.pid === undefined) resolve({ code: null, killedBy: null, cause });
  });
  child.once('exit', (code, killedBy) => {
    if (!child.connected) resolve({ code, killedBy });
    else child.once('disconnect', () => resolve({ code, killedBy }));
  });
  return promise;
}

/** The last of what the child wrote to its standard error, which also goes to ours. */
function tailOf(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    tail = (tail + text).slice(-4_000);
  });
  return () => tail;
}

function outcomeOf<Output>(message: Exclude<ChildMessage, { type: 'progress' }>): Outcome<Output> {
  return message.type === 'result' ? { output: message.output as Output } : { error: revived(message.error) };
}

function revived({ code, message, stack, violations, metadata }: ErrorData): AppError {
  const cause = Object.assign(new Error(message), { stack });
  if (code !== undefined) return new AppError(code as ErrorCode, message, { cause, violations, metadata });
  return new AppError('internal.child_failed', 'the work in the child process failed; the logs say why', { cause });
}

function crashed(code: number | null, killedBy: NodeJS.Signals | null, cause: Error): AppError {
  const how = killedBy === null ? `with exit code ${code}` : `by ${killedBy}`;
  const metadata = { exitCode: String(code ?? ''), signal: killedBy ?? '' };
  return new AppError('internal.child_crashed', `the child process ended ${how} without a result`, { cause, metadata });
}

function cancellation(signal: AbortSignal): AppError {
  if (isAppError(signal.reason)) return signal.reason;
  return new AppError('cancelled.job', 'the work was cancelled', { cause: signal.reason });
}
