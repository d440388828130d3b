import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '@attune/errors';

const unzip = promisify(gunzip);

/** Reads the body of a request, unpacked. Throws `exhausted.body` where it is larger than `maxBytes`, packed or not. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const body = await received(request, maxBytes);
  return request.headers['content-encoding'] === 'gzip' ? unpacked(body, maxBytes) : body;
}

async function received(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new AppError('invalid.otlp', 'the body broke off', { cause });
  }
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks);
}

async function unpacked(body: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unzip(body, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new AppError('invalid.otlp', 'the body is no gzip, though content-encoding says so', { cause });
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError(
    'exhausted.body',
    `a body may have ${maxBytes} bytes, also when it is unpacked: send fewer spans`,
  );
}
