import { resolve } from 'node:path';
import { waiting } from '../../tests/fixtures/a-request';
import { ModelWorkerProcess } from './model-worker-process';

const file = resolve(__dirname, '../../tests/fixtures/hanging-worker.js');
const input = { objectStoreUrl: 'file:///nowhere', ref: { name: 'als', version: '1', digest: '' } };
const job = { do: 'by_user', row: 1, count: 1 } as const;
const start = (answerMs: number, loadMs = 10_000, ref = input.ref) =>
  ModelWorkerProcess.start({ ...input, ref }, { patience: { loadMs, answerMs }, signal: waiting.signal, file });

describe('ModelWorkerProcess', () => {
  it('gives up on a worker that does not answer, and fails every call that it held', async () => {
    const worker = await start(20);
    const answers = await Promise.allSettled([1, 2, 3].map(() => worker.ask(job, waiting)));
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await worker.ended).toMatchObject({
      code: 'unavailable.model_worker',
      message: expect.stringMatching(/20 ms/),
    });
    expect(worker.isAlive).toBe(false);
  });

  it('gives up on a worker that does not load', async () => {
    await expect(start(10_000, 20, { ...input.ref, version: 'never loads' })).rejects.toMatchObject({
      code: 'unavailable.model_worker',
      message: expect.stringMatching(/did not load within 20 ms/),
    });
  });

  it('refuses calls beyond its queue at once', async () => {
    const worker = await start(10_000);
    const calls = Array.from({ length: 300 }, () => worker.ask(job, waiting).catch((error: unknown) => error));
    expect(await calls.at(-1)).toMatchObject({ code: 'exhausted.model_queue' });
    worker.close();
    expect(await calls[0]).toMatchObject({ code: 'unavailable.model_worker' });
  });

  it('starts nothing for a load that was cancelled', async () => {
    const signal = AbortSignal.abort(new Error('not wanted any more'));
    const options = { patience: { loadMs: 1, answerMs: 1 }, signal, file };
    await expect(ModelWorkerProcess.start(input, options)).rejects.toThrow('not wanted any more');
  });
});
