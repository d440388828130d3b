import type { ChildProcess } from 'node:child_process';
import { AppError } from '@attune/errors';
import type { OnEvent } from './events';
import type { Guardian } from './guardian';
import { identify, isAlive, type ProcessIdentity, signal, waitForEnd } from './process-identity';

/** How to start, judge and end one process. */
export interface ProcessPlan {
  readonly name: string;
  /** Starts the process, as the leader of its own process group (`detached: true`). */
  spawn(): ChildProcess;
  /** Resolves when it can serve; the signal aborts when the process ends first or the time is up. */
  waitReady(child: ChildProcess, signal: AbortSignal): Promise<void>;
  /** Why it may have failed: for instance the end of its log. */
  explain?(): string;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMs: number;
  readonly readyTimeoutMs: number;
  /** Pause before the first restart; it doubles up to 50 times this, and falls back after a quiet minute. Default 100. */
  readonly backoffMs?: number;
  /** Services are stage 1, the stores under them stage 0. */
  readonly stage: number;
}

/** A process that is started again whenever it ends without being asked to. */
export interface SupervisedProcess {
  readonly name: string;
  /** Changes with every restart; undefined while it is down. */
  readonly identity: ProcessIdentity | undefined;
  readonly restarts: number;
  /** Resolves when the process serves, also in the middle of a restart. */
  ready(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once, without grace. */
  kill(): void;
}

const QUIET_MS = 60_000;

/** What a supervised process is started with besides its plan. */
export interface Surroundings {
  readonly guardian: Guardian;
  readonly onEvent?: OnEvent;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}

/** Starts a process and keeps it running. Rejects when its first start fails; later failures are retried for ever. */
export async function supervise(plan: ProcessPlan, surroundings: Surroundings): Promise<SupervisedProcess> {
  surroundings.signal?.throwIfAborted();
  const supervisor = new Supervisor(plan, surroundings.guardian, surroundings.onEvent ?? (() => undefined));
  await supervisor.launch(surroundings.signal);
  return supervisor;
}

class Supervisor implements SupervisedProcess {
  readonly name: string;
  identity: ProcessIdentity | undefined;
  restarts = 0;
  private stopping = false;
  private failuresInARow = 0;
  private pause: NodeJS.Timeout | undefined;
  private ended: Promise<string> = Promise.resolve('');
  private up = Promise.withResolvers<void>();

  constructor(
    private readonly plan: ProcessPlan,
    private readonly guardian: Guardian,
    private readonly onEvent: OnEvent,
  ) {
    this.name = plan.name;
  }

  ready(): Promise<void> {
    return this.up.promise;
  }

  async launch(abort?: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    const child = this.plan.spawn();
    this.ended = this.watch(child);
    const outcome = await this.untilReady(child, abort);
    if (outcome !== undefined) {
      await this.end();
      const why = this.plan.explain?.() ?? '';
      throw new AppError(
        'unavailable.process',
        `${this.name} did not start: ${outcome}${why === '' ? '' : `\n${why}`}`,
      );
    }
    this.up.resolve();
    void this.ended.then((reason) => this.afterEnd(reason, startedAt));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.pause);
    this.up.promise.catch(() => undefined);
    await this.end();
  }

  private async end(): Promise<void> {
    const current = this.identity;
    if (current !== undefined) {
      signal(current, this.plan.stopSignal);
      if (!(await waitForEnd(current, this.plan.stopTimeoutMs))) this.killNow();
    }
    await this.ended;
  }

  kill(): void {
    this.stopping = true;
    clearTimeout(this.pause);
    this.killNow();
  }

  private killNow(): void {
    if (this.identity !== undefined && isAlive(this.identity)) killGroup(this.identity.pid);
  }

  private watch(child: ChildProcess): Promise<string> {
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    this.identity = identity;
    if (identity !== undefined) {
      this.guardian.watch(identity, { signal: this.plan.stopSignal, stage: this.plan.stage });
    }
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, name) => {
        this.identity = undefined;
        // What it forked must not outlive it.
        if (child.pid !== undefined) killGroup(child.pid);
        if (child.pid !== undefined) this.guardian.forget(child.pid);
        resolve(name === null ? `it ended with exit code ${code}` : `it was ended by ${name}`);
      });
    });
  }

  private async untilReady(child: ChildProcess, abort?: AbortSignal): Promise<string | undefined> {
    const stopWaiting = new AbortController();
    const limit = AbortSignal.timeout(this.plan.readyTimeoutMs);
    const signals = [stopWaiting.signal, limit, ...(abort === undefined ? [] : [abort])];
    const ready = this.plan.waitReady(child, AbortSignal.any(signals)).then(
      () => undefined,
      (error: Error) => (limit.aborted ? `it was not ready after ${this.plan.readyTimeoutMs / 1000} s` : error.message),
    );
    const outcome = await Promise.race([ready, this.ended]);
    stopWaiting.abort();
    return outcome;
  }

  private afterEnd(reason: string, startedAt: number): void {
    if (this.stopping) return;
    this.up = Promise.withResolvers<void>();
    if (performance.now() - startedAt > QUIET_MS) this.failuresInARow = 0;
    this.scheduleRestart(reason);
  }

  private scheduleRestart(reason: string): void {
    const first = this.plan.backoffMs ?? 100;
    const delayMs = Math.min(first * 2 ** this.failuresInARow, first * 50);
    this.failuresInARow += 1;
    this.onEvent({ type: 'restarting', name: this.name, reason, delayMs });
    this.pause = setTimeout(() => void this.relaunch(), delayMs);
  }

  private async relaunch(): Promise<void> {
    if (this.stopping) return;
    const startedAt = performance.now();
    try {
      await this.launch();
      this.restarts += 1;
      this.onEvent({ type: 'ready', name: this.name, durationMs: performance.now() - startedAt });
    } catch (error) {
      if (!this.stopping) this.scheduleRestart((error as Error).message);
    }
  }
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // Gone already, which is what was wanted.
    }
  }
}
