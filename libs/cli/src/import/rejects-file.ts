import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

/** The file that tells which lines were rejected and why: line, reason and the line's text, separated by tabs. */
export class RejectsFile implements AsyncDisposable {
  readonly path: string;
  readonly #append: boolean;
  #stream: WriteStream | undefined;

  constructor(path: string, { append }: { readonly append: boolean }) {
    this.path = path;
    this.#append = append;
  }

  /** Notes one rejected line. */
  async add(line: number, reason: string, text: string): Promise<void> {
    this.#stream ??= await this.#open();
    this.#stream.write(`${line}\t${oneLine(reason)}\t${oneLine(text)}\n`);
  }

  async #open(): Promise<WriteStream> {
    await mkdir(dirname(this.path), { recursive: true });
    const stream = createWriteStream(this.path, { flags: this.#append ? 'a' : 'w' });
    if (!this.#append) stream.write('line\treason\ttext\n');
    return stream;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.end();
    await finished(this.#stream);
  }
}

function oneLine(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').slice(0, 2_000);
}
