import { once } from 'node:events';
import { AppError, toAppError } from '@attune/errors';

/** The width of what is not a terminal, and of one that does not say. */
const UNKNOWN_WIDTH = 120;

/** Where a command writes: people read lines and tables, programs read one JSON document. */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: NodeJS.WritableStream;
  readonly #stderr: NodeJS.WritableStream;
  #drawnLines = 0;

  constructor(options: { isJson: boolean; stdout: NodeJS.WritableStream; stderr: NodeJS.WritableStream }) {
    this.isJson = options.isJson;
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
  }

  /** Whether progress may redraw its line. */
  get isInteractive(): boolean {
    return !this.isJson && (this.#stderr as NodeJS.WriteStream).isTTY === true;
  }

  /** How the result is seen: so many characters wide, in colours or without. */
  get view(): { readonly width: number; readonly hasColours: boolean } {
    const stdout = this.#stdout as Partial<NodeJS.WriteStream>;
    const width = stdout.isTTY === true ? (stdout.columns ?? UNKNOWN_WIDTH) : UNKNOWN_WIDTH;
    // the depth goes by NO_COLOR too
    return { width, hasColours: stdout.isTTY === true && (stdout.getColorDepth?.() ?? 1) > 1 };
  }

  /** The result: `value` as JSON with --json, else `lines` for people. */
  result(value: unknown, lines: () => readonly string[]): void {
    const text = this.isJson ? JSON.stringify(value, null, 2) : lines().join('\n');
    this.#stdout.write(`${text}\n`);
  }

  /** What is already known of a result that takes long, for people; programs read the whole at its end. */
  early(lines: readonly string[]): void {
    if (!this.isJson) this.#stdout.write(`${lines.join('\n')}\n`);
  }

  /** A part of a result that is too long to be held: as it is, when there is room for it. */
  async raw(bytes: Uint8Array): Promise<void> {
    if (!this.#stdout.write(bytes)) await once(this.#stdout, 'drain');
  }

  /** A remark for people, beside the result; it never disturbs the JSON on standard output. */
  note(line: string): void {
    this.#stderr.write(`${line}\n`);
  }

  /** Redraws the present line of progress, where somebody looks at it. */
  progress(line: string): void {
    if (this.isInteractive) this.#stderr.write(`\r\x1b[K${line}`);
  }

  /** Ends the line of progress. */
  progressEnd(): void {
    if (this.isInteractive) this.#stderr.write('\r\x1b[K');
  }

  /** Draws lines over those of the last call, where somebody looks at them; none to take them away. */
  redraw(lines: readonly string[]): void {
    if (!this.isInteractive) return;
    const width = (this.#stderr as NodeJS.WriteStream).columns ?? 80;
    // A line that the terminal breaks would be two, and the next drawing would begin in the wrong place.
    const text = lines.map((line) => `${line.slice(0, width - 1)}\n`).join('');
    const up = this.#drawnLines > 0 ? `\x1b[${this.#drawnLines}A` : '';
    this.#stderr.write(`${up}\r\x1b[J${text}`);
    this.#drawnLines = lines.length;
  }

  /** An error: what is wrong, in which fields, and what to do. */
  failure(error: unknown): void {
    const known = toAppError(error);
    this.progressEnd();
    if (this.isJson) {
      const { code, message, violations } = known;
      this.#stdout.write(`${JSON.stringify({ error: { code, message, violations } }, null, 2)}\n`);
      return;
    }
    this.note(`attune: ${known.message}`);
    for (const { field, description } of known.violations) {
      // The message of a single violation often is that violation.
      if (!known.message.includes(`${field} ${description}`)) this.note(`  ${field}: ${description}`);
    }
    if (!(error instanceof AppError)) this.note(String((error as Error).stack ?? error));
  }
}

/** Rows as aligned columns; a column of numbers is aligned to the right. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const all = [header, ...rows.map((row) => row.map(String))];
  const widths = header.map((_, column) => Math.max(...all.map((row) => String(row[column]).length)));
  const isNumeric = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  return all.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column]!;
        return isNumeric[column] ? String(cell).padStart(width) : String(cell).padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
