import { type ChildProcess, spawn } from 'node:child_process';
import type { ServiceName } from '@attune/contracts';
import { mainOf, ROOT } from './root';

/** How a process of the fleet is run. */
export interface ProcessOptions {
  readonly name: ServiceName;
  /** Its whole environment, but for PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Modules that are loaded before it. */
  readonly require?: readonly string[];
}

const DRAIN_MS = 20_000;

/** One service as a process of its own, as it was built: it can be killed and started again where it listened. */
export class ServiceProcess implements AsyncDisposable {
  readonly #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(options: ProcessOptions) {
    this.#options = options;
  }

  /** Resolves when the process says that it serves. */
  static async start(options: ProcessOptions): Promise<ServiceProcess> {
    const process = new ServiceProcess(options);
    await process.start();
    return process;
  }

  /** What it wrote, for messages of failed tests. */
  get output(): string {
    return this.#output;
  }

  /** Starts it again after `kill` or `stop`. */
  async start(): Promise<void> {
    const { name, env, require = [] } = this.#options;
    const child = spawnNode([...require.flatMap((path) => ['--require', path]), mainOf('services', name)], env);
    this.#child = child;
    const keep = (text: Buffer) => (this.#output = `${this.#output}${text}`.slice(-20_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`${name} ended with ${code} instead of serving\n${this.#output}`)));
    });
  }

  /** Whether it is there, be it frozen. */
  get isRunning(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Its process id, to be frozen or looked at. */
  get pid(): number {
    return this.#child!.pid!;
  }

  /** Ends it as a crash does, and resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to drain and resolves to its exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve(null);
    const limit = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
    return new Promise((resolve) => {
      child.once('exit', (code) => {
        clearTimeout(limit);
        resolve(code);
      });
      child.kill(signal);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Node of this process with nothing of this process's settings, and a channel on which services say that they are ready. */
export function spawnNode(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: `${ROOT}/.cache/compiled`, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}
