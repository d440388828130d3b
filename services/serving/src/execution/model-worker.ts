import { once } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { AppError } from '@attune/errors';
import { openObjectStore } from '@attune/object-store';
import { collectGarbage } from './collect-garbage';
import type { Engine } from './engine';
import { openModel } from './open-model';
import type { FromWorker, Job, JobAnswer, JobProblem, ToWorker, WorkerInput } from './protocol';
import { whileOthersServe } from './while-others-serve';

/** How many item ids one message holds: a million in one message would stop the event loop that receives it. */
const ITEMS_PER_MESSAGE = 2_000;

// The entry of a model worker thread: reads, verifies and warms one artifact, then answers questions one after the other.
void serveModel(parentPort!, workerData as WorkerInput);

async function serveModel(port: MessagePort, { objectStoreUrl, ref, tables: given }: WorkerInput): Promise<void> {
  const send = (message: FromWorker, handedOver: ArrayBuffer[] = []) => port.postMessage(message, handedOver);
  try {
    const { facts, tables, engine } = await whileOthersServe(() => load(port, objectStoreUrl, ref, given));
    let last: Promise<void> = Promise.resolve();
    // one after the other: rows are laid over the items between two runs, never during one
    port.on('message', (message: ToWorker) => {
      last = last.then(() => handle(engine, message, send));
    });
    collectGarbage();
    send({ type: 'ready', facts, tables });
  } catch (error) {
    send({ type: 'refused', ...problemOf(error) });
  }
}

type Send = (message: FromWorker, handedOver?: ArrayBuffer[]) => void;

/** In a function of its own, so that the ids and the artifact are garbage when it is done. */
async function load(port: MessagePort, objectStoreUrl: string, ref: WorkerInput['ref'], given: WorkerInput['tables']) {
  await using store = openObjectStore(objectStoreUrl);
  const { facts, tables, engine, itemIds } = await openModel(store, ref, given);
  for (let at = 0; given === undefined && at < itemIds.length; at += ITEMS_PER_MESSAGE) {
    // a port hands over all messages that have come before it lets anything else happen, so that one is sent at a time
    const taken = once(port, 'message');
    port.postMessage({ type: 'items', itemIds: itemIds.slice(at, at + ITEMS_PER_MESSAGE) } satisfies FromWorker);
    await taken;
  }
  return { facts, tables, engine };
}

async function handle(engine: Engine | undefined, message: ToWorker, send: Send): Promise<void> {
  if (message.type === 'items_taken') return;
  if (message.type === 'overlay') {
    const problem = await engine!.overlay!(message.rows).then(
      () => [],
      (error) => [problemOf(error)],
    );
    return send({ type: 'answers', id: message.id, answers: problem });
  }
  const answers = await answerAll(engine!, message.jobs);
  const handedOver = answers.flatMap((answer) => ('code' in answer ? [] : [answer.rows.buffer, answer.scores.buffer]));
  send({ type: 'answers', id: message.id, answers }, handedOver);
}

/** As one run; where that fails, one by one, so that a job fails for itself alone. */
async function answerAll(engine: Engine, jobs: readonly Job[]): Promise<readonly (JobAnswer | JobProblem)[]> {
  try {
    return await engine.run(jobs);
  } catch (error) {
    if (jobs.length === 1) return [problemOf(error)];
    const answers: (JobAnswer | JobProblem)[] = [];
    for (const job of jobs) answers.push(...(await answerAll(engine, [job])));
    return answers;
  }
}

// The cause of an unexpected error cannot cross the threads, so its message goes along for the operator.
function problemOf(error: unknown): JobProblem {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: 'internal.model', message: `the model failed unexpectedly: ${(error as Error).message}` };
}
