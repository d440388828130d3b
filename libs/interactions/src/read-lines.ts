import { AppError } from '@attune/errors';
import { openUnpacked } from './open-unpacked';

const LONGEST_LINE_BYTES = 1 << 22;
const [LF, CR] = [10, 13];

/** Called for each line that is not empty: its bytes are `bytes[start .. end)`; `line` counts from 1 as an editor does. */
export type OnLine = (bytes: Buffer, start: number, end: number, line: number) => void;

/** Goes through the lines of a file, unpacked where it is gzip; line ends of Windows and a byte-order mark are no part of them. */
export async function readLines(path: string, onLine: OnLine, signal?: AbortSignal): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  const stream = await openUnpacked(path);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (signal?.aborted) throw new AppError('cancelled.reading', `reading "${path}" was cancelled`);
      const bytes = withoutMark(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), line);
      let start = 0;
      for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
        tell(bytes, start, end, ++line, onLine);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > LONGEST_LINE_BYTES) {
        throw new AppError('invalid.file', `"${path}": line ${line + 1} is longer than 4 MB; is it a text file?`);
      }
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('invalid.file', `"${path}" cannot be read after line ${line}: ${(cause as Error).message}`, {
      cause,
    });
  }
  tell(rest, 0, rest.length, line + 1, onLine);
}

function tell(bytes: Buffer, start: number, end: number, line: number, onLine: OnLine): void {
  const stop = end > start && bytes[end - 1] === CR ? end - 1 : end;
  if (stop > start) onLine(bytes, start, stop, line);
}

function withoutMark(bytes: Buffer, line: number): Buffer {
  const hasMark = line === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.subarray(3) : bytes;
}

/** Text as UTF-8, or where it is none as Latin-1, in which old data sets are written. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('utf8', start, end);
  return text.includes('\ufffd') ? bytes.toString('latin1', start, end) : text;
}
