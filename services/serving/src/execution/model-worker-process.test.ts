import { resolve } from 'node:path';
import { waiting } from '../../tests/fixtures/a-request';
import { ModelWorkerProcess } from './model-worker-process';

const file = resolve(__dirname, '../../tests/fixtures/hanging-worker.js');
const input = { objectStoreUrl: 'file:///nowhere', ref: { name: 'als', version: '1', digest: '' } };
const question = { ask: 'for_user', key: 'ann', count: 1 } as const;
const start = (answerMs: number) => ModelWorkerProcess.start(input, { loadMs: 10_000, answerMs }, { ...waiting, file });

describe('ModelWorkerProcess', () => {
  it('gives up on a worker that does not answer, and fails every call that it held', async () => {
    const worker = await start(20);
    const answers = await Promise.allSettled([1, 2, 3].map(() => worker.ask(question, waiting)));
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await worker.ended).toMatchObject({
      code: 'unavailable.model_worker',
      message: expect.stringMatching(/20 ms/),
    });
    expect(worker.isAlive).toBe(false);
  });

  it('refuses calls beyond its queue at once', async () => {
    const worker = await start(10_000);
    const calls = Array.from({ length: 300 }, () => worker.ask(question, waiting).catch((error: unknown) => error));
    expect(await calls.at(-1)).toMatchObject({ code: 'exhausted.model_queue' });
    worker.close();
    expect(await calls[0]).toMatchObject({ code: 'unavailable.model_worker' });
  });
});
