import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { AppError } from '@attune/errors';
import { openObjectStore } from '@attune/object-store';
import { openModel } from './open-model';
import type { FromWorker, ToWorker, WorkerInput } from './protocol';

/** How many item ids one message holds: a million in one message would stop the event loop that receives it. */
const ITEMS_PER_MESSAGE = 5_000;

// The entry of a model worker thread: reads, verifies and warms one artifact, then answers questions one after the other.
void serveModel(parentPort!, workerData as WorkerInput);

async function serveModel(port: MessagePort, { objectStoreUrl, ref }: WorkerInput): Promise<void> {
  const send = (message: FromWorker, handedOver: ArrayBuffer[] = []) => port.postMessage(message, handedOver);
  try {
    await using store = openObjectStore(objectStoreUrl);
    const model = await openModel(store, ref);
    for (let at = 0; at < model.itemIds.length; at += ITEMS_PER_MESSAGE) {
      send({ type: 'items', itemIds: model.itemIds.slice(at, at + ITEMS_PER_MESSAGE) });
    }
    port.on('message', (question: ToWorker) => {
      model.answer(question).then(
        (answer) => {
          const { indices, scores } = answer;
          send({ type: 'answer', id: question.id, ...answer }, [indices.buffer, scores.buffer]);
        },
        (error) => send({ type: 'failed', id: question.id, ...problemOf(error) }),
      );
    });
    const { kind, itemIds, userCount, trainedAtMs } = model;
    send({ type: 'ready', kind, itemCount: itemIds.length, userCount, trainedAtMs });
  } catch (error) {
    send({ type: 'refused', ...problemOf(error) });
  }
}

// The cause of an unexpected error cannot cross the threads, so its message goes along for the operator.
function problemOf(error: unknown): { readonly code: string; readonly message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: 'internal.model', message: `the model failed unexpectedly: ${(error as Error).message}` };
}
