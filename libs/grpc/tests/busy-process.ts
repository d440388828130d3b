import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { BusyReport } from './busy-server';

/** Packages of others are loaded from where the importing file finds them: some read files beside their own. */
const othersStayOutside: Plugin = {
  name: 'others-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (path.startsWith('@attune/') || path.startsWith('node:') || isAbsolute(path)) return undefined;
      return { path: createRequire(importer).resolve(path), external: true };
    });
  },
};

/** A server in a process of its own, so that a test's own work is not in its times. */
export class BusyProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly address: string,
  ) {}

  /** Compiles and starts it; its handler computes for so long. */
  static async start(workMs: number): Promise<BusyProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'attune-busy-'));
    const outfile = join(folder, 'busy-server.js');
    await build({
      entryPoints: [join(__dirname, 'busy-server.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      conditions: ['attune-source'],
      plugins: [othersStayOutside],
      logLevel: 'error',
    });
    const child = fork(outfile, { env: { PATH: process.env.PATH, TEST_WORK_MS: String(workMs) }, stdio: 'inherit' });
    const failed = once(child, 'exit').then(() => Promise.reject(new Error('the busy server did not start')));
    const [{ address }] = (await Promise.race([once(child, 'message'), failed])) as [BusyReport];
    failed.catch(() => undefined);
    return new BusyProcess(child, folder, address);
  }

  async report(): Promise<BusyReport> {
    this.child.send('report');
    const [report] = (await once(this.child, 'message')) as [BusyReport];
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
