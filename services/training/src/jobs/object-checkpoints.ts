import { AppError, isAppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import type { Checkpoint, CheckpointStore } from '@attune/recommenders';

/** Where the checkpoints of one run lie. */
export function checkpointPrefix(runId: string): string {
  return `checkpoints/${runId}/`;
}

interface Header {
  readonly step: number;
  readonly state: unknown;
  readonly tensors: readonly { readonly name: string; readonly length: number }[];
}

/**
 * Keeps the newest checkpoint of one part of a run as one object, so that it is there whole or not at all: 4 bytes with the length
 * of the header, the header as JSON, then the tensors as little-endian float32.
 */
export function objectCheckpoints(
  objectStore: Pick<ObjectStore, 'get' | 'put'>,
  key: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): CheckpointStore {
  return {
    load: async () => {
      const bytes = await objectStore.get(key, { signal }).catch((error: unknown) => {
        if (isAppError(error, 'not_found')) return undefined;
        throw error;
      });
      return bytes === undefined ? undefined : decodeCheckpoint(bytes);
    },
    save: async (checkpoint) => void (await objectStore.put(key, encodeCheckpoint(checkpoint), { signal })),
  };
}

function encodeCheckpoint({ step, state, tensors }: Checkpoint): Uint8Array {
  const named = Object.entries(tensors);
  const header: Header = { step, state, tensors: named.map(([name, { length }]) => ({ name, length })) };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.byteLength);
  return Buffer.concat([
    length,
    json,
    ...named.map(([, { buffer, byteOffset, byteLength }]) => new Uint8Array(buffer, byteOffset, byteLength)),
  ]);
}

function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 4 + buffer.readUInt32LE(0);
    const header = JSON.parse(buffer.toString('utf8', 4, at)) as Header;
    const tensors: Record<string, Float32Array> = {};
    for (const { name, length } of header.tensors) {
      // copied, because the numbers need not lie at a multiple of four
      tensors[name] = new Float32Array(Uint8Array.prototype.slice.call(buffer, at, (at += length * 4)).buffer);
      if (tensors[name].length !== length) throw new Error(`tensor "${name}" is cut off`);
    }
    return { step: header.step, state: header.state, tensors };
  } catch (cause) {
    throw new AppError('data_loss.checkpoint', 'the checkpoint of the run cannot be read', { cause });
  }
}
