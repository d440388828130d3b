import { AppError, type FieldViolation } from '@attune/errors';

const SHOWN = 20;

/** Gathers what is wrong with the lines of a file, so that all of it is told at once. */
export class FileProblems {
  readonly #path: string;
  readonly #violations: FieldViolation[] = [];
  #count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** `description` says what is wrong with the line, without its number. */
  add(line: number, description: string): void {
    this.#count++;
    if (this.#violations.length < SHOWN) this.#violations.push({ field: `${this.#path}:${line}`, description });
  }

  /** Throws `invalid.file` with the first twenty problems, if there are any. */
  throwIfAny(): void {
    if (this.#count === 0) return;
    const shown = this.#count > SHOWN ? `; the first ${SHOWN} are shown` : '';
    const lines = this.#count === 1 ? '1 line that cannot be used' : `${this.#count} lines that cannot be used`;
    throw new AppError('invalid.file', `"${this.#path}" has ${lines}${shown}: correct or remove them`, {
      violations: this.#violations,
    });
  }
}
