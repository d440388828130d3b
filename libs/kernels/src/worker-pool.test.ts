import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerPool } from './worker-pool';

const folder = mkdtempSync(join(tmpdir(), 'attune-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

function aWorkerFile(name: string, onMessage: string): string {
  const path = join(folder, `${name}.js`);
  const head = `const { parentPort, workerData } = require('node:worker_threads');`;
  writeFileSync(path, `${head}\nparentPort.on('message', (message) => { ${onMessage} });`);
  return path;
}

describe('WorkerPool', () => {
  it('collects one answer per thread, in order', async () => {
    const workerPath = aWorkerFile('echo', 'parentPort.postMessage(message + workerData);');
    await using pool = new WorkerPool({ workerPath, workerData: [1, 2, 3] });
    expect(await pool.run(10)).toEqual([11, 12, 13]);
    expect(await pool.run(20)).toEqual([21, 22, 23]);
  });

  it('fails the step when one thread throws', async () => {
    const workerPath = aWorkerFile(
      'throws',
      'if (workerData === 2) throw new Error("boom"); else parentPort.postMessage(1);',
    );
    await using pool = new WorkerPool({ workerPath, workerData: [1, 2] });
    await expect(pool.run('go')).rejects.toMatchObject({ code: 'internal.worker_crashed' });
    await expect(pool.run('again')).rejects.toMatchObject({ code: 'internal.worker_crashed' });
  });

  it('fails the step when one thread leaves without an answer', async () => {
    const workerPath = aWorkerFile('exits', 'process.exit(3);');
    await using pool = new WorkerPool({ workerPath, workerData: [1] });
    await expect(pool.run('go')).rejects.toMatchObject({ code: 'internal.worker_crashed' });
  });

  it.each([
    ['are busy', 'for (;;);'],
    ['wait for one another', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
  ])('ends threads that %s when it is cancelled', async (name, onMessage) => {
    const workerPath = aWorkerFile(name, onMessage);
    const controller = new AbortController();
    await using pool = new WorkerPool({ workerPath, workerData: [1], signal: controller.signal });
    const step = pool.run('go');
    controller.abort();
    await expect(step).rejects.toMatchObject({ code: 'cancelled.kernel' });
  });
});
