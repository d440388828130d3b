import { AppError } from '@attune/errors';

/** Ids by row number as a file: one JSON string per line, so that any id survives and a person can read it. */
export function encodeIds(ids: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(ids.map((id) => `${JSON.stringify(id)}\n`).join(''));
}

/** The ids of a file that `encodeIds` wrote; throws `data_loss.artifact` on anything else. */
export function decodeIds(bytes: Uint8Array, fileName: string): string[] {
  const lines = textOf(bytes, fileName).split('\n');
  lines.pop();
  return lines.map((line, row) => {
    const id: unknown = parseLine(line);
    if (typeof id === 'string') return id;
    throw new AppError('data_loss.artifact', `${fileName}: line ${row + 1} is not an id`);
  });
}

function textOf(bytes: Uint8Array, fileName: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('data_loss.artifact', `${fileName}: it is not UTF-8`, { cause, metadata: { file: fileName } });
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
