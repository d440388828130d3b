import { pipeline, Readable } from 'node:stream';
import { AppError } from '@attune/errors';
import { openUnpacked } from '@attune/interactions';
import { parse } from 'csv-parse';

/** How the rows of a file are written. */
export type Format = 'csv' | 'tsv' | 'jsonl';

/** One row, or why there is none. `line` counts from 1 as an editor does. */
export type Row =
  | { readonly line: number; readonly cells: readonly string[]; readonly text?: string }
  | { readonly line: number; readonly object: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: string; readonly text: string };

/** How a file is to be read. */
export interface ReadOptions {
  readonly path: string;
  readonly format: Format;
  readonly delimiter: string;
  readonly signal: AbortSignal;
}

const LONGEST_RECORD = 1_000_000;

/** The rows of a file, in order and by the handful; gzip is unpacked. A row that cannot be read is told and the next one goes on. */
export async function* readRows(options: ReadOptions): AsyncIterable<readonly Row[]> {
  const source = await openText(options.path, options.signal);
  if (options.format === 'jsonl') yield* readJsonLines(source);
  else yield* readDelimited(source, options);
}

/**
 * Cuts lines at the delimiter for as long as that is all there is to do, which is several times as fast as a parser. From the first
 * quotation mark that means something, or where lines end in an old way, a real parser goes on.
 */
async function* readDelimited(source: Readable, { format, delimiter }: ReadOptions): AsyncIterable<readonly Row[]> {
  // Tab- and bar-separated files in the wild carry quotation marks as text.
  const isQuoted = format === 'csv' && delimiter === ',';
  const chunks = (source as AsyncIterable<string>)[Symbol.asyncIterator]();
  let rest = '';
  let line = 0;
  for (;;) {
    const { done, value } = await chunks.next();
    const chunk = done ? '' : line === 0 && rest === '' ? value.replace(/^\ufeff/, '') : value;
    if ((isQuoted && chunk.includes('"')) || /\r(?!\n|$)/.test(chunk)) {
      const text = Readable.from(following(rest + chunk, chunks));
      yield* parseDelimited(text, { delimiter, quote: isQuoted ? '"' : null, linesBefore: line });
      return;
    }
    const lines = (rest + chunk).split('\n');
    rest = done ? '' : lines.pop()!;
    if (rest.length > LONGEST_RECORD) throw new AppError('invalid.file', 'a line is longer than a million characters');
    const rows: Row[] = [];
    for (const read of lines) {
      line++;
      const text = read.endsWith('\r') ? read.slice(0, -1) : read;
      if (text !== '') rows.push({ line, cells: text.split(delimiter) });
    }
    yield rows;
    if (done) return;
  }
}

async function* following(beginning: string, chunks: AsyncIterator<string>): AsyncIterable<string> {
  yield beginning;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}

async function* parseDelimited(
  source: Readable,
  { delimiter, quote, linesBefore }: { delimiter: string; quote: '"' | null; linesBefore: number },
): AsyncIterable<readonly Row[]> {
  const skipped: Row[] = [];
  const parser = parse({
    delimiter,
    quote,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_RECORD,
    info: true,
    on_skip: (error, raw) => {
      skipped.push({
        line: linesBefore + Number(error?.lines ?? 0),
        problem: error?.message ?? 'cannot be read',
        text: String(raw ?? ''),
      });
      return undefined;
    },
  });
  pipeline(source, parser, () => undefined);
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    yield [...skipped.splice(0), { line: linesBefore + info.lines, cells: record }];
  }
  yield skipped;
}

async function* readJsonLines(source: Readable): AsyncIterable<readonly Row[]> {
  let line = 0;
  for await (const lines of readLines(source)) {
    const rows: Row[] = [];
    for (const text of lines) {
      line++;
      if (text.trim() === '') continue;
      const object = parseObject(text);
      rows.push(object === undefined ? { line, problem: 'is not a JSON object', text } : { line, object });
    }
    yield rows;
  }
}

// Unlike node:readline this passes on the errors of its source, such as a broken gzip.
async function* readLines(source: Readable): AsyncIterable<readonly string[]> {
  let rest = '';
  for await (const chunk of source as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (rest.length > LONGEST_RECORD) throw new AppError('invalid.file', 'a line is longer than a million characters');
    yield lines;
  }
  if (rest !== '') yield [rest];
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The first bytes of a file, unpacked: enough to see how it is written. */
export async function readBeginning(path: string, sizeBytes = 65_536): Promise<Buffer> {
  const stream = await openUnpacked(path);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= sizeBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, sizeBytes);
}

async function openText(path: string, signal: AbortSignal): Promise<Readable> {
  const encoding = isUtf8(await readBeginning(path, 1_000_000)) ? 'utf8' : 'latin1';
  return (await openUnpacked(path, signal)).setEncoding(encoding);
}

// The end of the sample may cut a character in two, which is no fault of the file.
function isUtf8(sample: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}
