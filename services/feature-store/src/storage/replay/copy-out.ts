import type { PoolClient } from 'pg';

/** What pg's client asks of what it runs; its own types leave it out. */
interface Connection {
  query(text: string): void;
  readonly stream: { pause(): void; resume(): void };
}

/** COPY in binary begins with 19 bytes that say so. */
const HEADER_BYTES = 19;
const CHUNK_BYTES = 256 * 1_024;

/** Takes a chunk of whole rows; what it returns is waited for before more is read. */
type OnChunk = (rows: SharedArrayBuffer) => Promise<void> | undefined;

/**
 * Runs `COPY ... TO STDOUT (FORMAT binary)` and hands on its rows as bytes, many at once, in memory that threads share: nothing is
 * made of a row here. Each chunk holds whole rows, and the same rows give the same chunks.
 */
export function copyOut(client: PoolClient, sql: string, onChunk: OnChunk): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyOut(sql, onChunk, (error) => (error === undefined ? resolve() : reject(error as Error)));
    client.query(copy as never);
  });
}

class CopyOut {
  #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #length = 0;
  #isBegun = false;
  #isOver = false;

  constructor(
    private readonly sql: string,
    private readonly onChunk: OnChunk,
    private readonly done: (error?: unknown) => void,
  ) {}

  submit(connection: Connection): void {
    connection.query(this.sql);
  }

  // One message has one row, the first one also the header and the last one only the end of the rows.
  handleCopyData({ chunk }: { readonly chunk: Buffer }, connection: Connection): void {
    if (this.#isOver) return;
    const rows = this.#isBegun ? chunk : chunk.subarray(HEADER_BYTES);
    this.#isBegun = true;
    if (this.#length + rows.length > CHUNK_BYTES && this.#length > 0) this.#handOn(connection);
    if (rows.length > this.#chunk.length) this.#chunk = Buffer.allocUnsafeSlow(rows.length);
    rows.copy(this.#chunk, this.#length);
    this.#length += rows.length;
  }

  handleError(error: unknown): void {
    this.#isOver = true;
    this.done(error);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(connection: Connection): void {
    if (this.#isOver) return;
    const last = this.#length > 0 ? this.#handOn(connection) : undefined;
    if (last === undefined) this.done();
    else last.then(() => this.#isOver || this.done());
  }

  #handOn({ stream }: Connection): Promise<void> | undefined {
    const shared = new SharedArrayBuffer(this.#length);
    new Uint8Array(shared).set(this.#chunk.subarray(0, this.#length));
    this.#length = 0;
    const waiting = this.onChunk(shared);
    if (waiting === undefined) return undefined;
    stream.pause();
    return waiting.catch((error) => this.handleError(error)).finally(() => stream.resume());
  }
}
