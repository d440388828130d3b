import { AppError } from '@attune/errors';

/** One mutating call, for the store of answers. */
export interface IdempotencyKey {
  /** The path of the RPC. */
  readonly method: string;
  /** The request's own `request_id` (AIP-155). */
  readonly requestId: string;
  /** SHA-256 of the request's bytes: the same id with another request is a caller's mistake. */
  readonly requestHash: string;
}

/** Remembers the answers of mutating calls, so that a call that is sent again answers like the first and changes nothing. */
export interface IdempotencyStore {
  /** The remembered answer; or runs `execute`, remembers its bytes and returns them. A failure is not remembered. */
  run(key: IdempotencyKey, execute: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** The error for a request id that was used before for a different request. */
export function requestIdReused(requestId: string): AppError {
  return new AppError('invalid.request_id_reused', 'this request id belongs to a call with another content', {
    violations: [{ field: 'request_id', description: 'was used before with another content: choose a new one' }],
    metadata: { reusedRequestId: requestId },
  });
}

/** Remembers answers in memory: for tests and for services without a database. Forgets the oldest beyond `maxEntries`. */
export function memoryIdempotencyStore(maxEntries = 10_000): IdempotencyStore {
  const answers = new Map<string, { hash: string; answer: Promise<Uint8Array> }>();
  return {
    run: ({ method, requestId, requestHash }, execute) => {
      const key = `${method} ${requestId}`;
      const known = answers.get(key);
      if (known !== undefined) {
        return known.hash === requestHash ? known.answer : Promise.reject(requestIdReused(requestId));
      }
      const answer = execute();
      answers.set(key, { hash: requestHash, answer });
      answer.catch(() => answers.delete(key));
      if (answers.size > maxEntries) answers.delete(answers.keys().next().value!);
      return answer;
    },
  };
}
