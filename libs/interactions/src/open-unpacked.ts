import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '@attune/errors';

const CHUNK_BYTES = 1 << 18;

/** The bytes of a file, unpacked where it is gzip, whatever its name. Throws `not_found.file`, `invalid.file` for a folder. */
export async function openUnpacked(path: string, signal?: AbortSignal): Promise<Readable> {
  const isGzip = await beginsLikeGzip(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES, ...(signal && { signal }) });
  const unpacked = isGzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : new PassThrough();
  // whoever reads hears of a failure
  pipeline(file, unpacked, () => undefined);
  return unpacked;
}

async function beginsLikeGzip(path: string): Promise<boolean> {
  try {
    await using handle = await open(path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new AppError('invalid.file', `"${path}" is a folder: name a file in it`, { cause });
    }
    throw new AppError('not_found.file', `"${path}" cannot be read: check the path and its permissions`, { cause });
  }
}
