import { AppError, type FieldViolation } from '@attune/errors';

/** The longest id of a user, an item or anything else that callers name. */
export const MAX_ID_CHARS = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** What a text field allows. */
export interface TextRule {
  /** The most characters; by default 10,000. */
  readonly max?: number;
  /** The fewest; by default 0, so that an empty text is fine. */
  readonly min?: number;
}

/** What a number field allows; both ends included. */
export interface NumberRule {
  readonly min?: number;
  readonly max?: number;
}

/** What a time field allows; both ends included. */
export interface TimeRule {
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

/**
 * Collects everything that is wrong with a request, so that the caller learns all of it at once.
 *
 * @example
 * const v = validate();
 * v.id('user_id', request.userId);
 * v.each('items', request.items, { min: 1, max: 1_000 }, (item, at) => v.id(at('item_id'), item.itemId));
 * v.throwIfAny();
 */
export class Validator {
  readonly #violations: FieldViolation[] = [];

  /** Notes a problem; where `wrong` is false, nothing happens. Returns whether the field is good. */
  check(field: string, wrong: boolean, description: string): boolean {
    if (wrong) this.#violations.push({ field, description });
    return !wrong;
  }

  /** An id: 1 to 256 characters that can be stored and printed. */
  id(field: string, value: string | undefined, { max = MAX_ID_CHARS }: { readonly max?: number } = {}): boolean {
    if (value === undefined || value === '') return this.check(field, true, 'is empty: an id is required');
    if (!this.check(field, value.length > max, `has ${value.length} characters of at most ${max}`)) return false;
    if (!this.check(field, !value.isWellFormed() || value.includes('\ufffd'), 'is not valid Unicode')) return false;
    return this.check(field, CONTROL.test(value), 'has a control character');
  }

  /** An id that may be left empty. */
  optionalId(field: string, value: string | undefined, rule: { readonly max?: number } = {}): boolean {
    return value === undefined || value === '' || this.id(field, value, rule);
  }

  /** A text for people: no NUL, which PostgreSQL cannot store, and no lone surrogate, which UTF-8 cannot encode. */
  text(field: string, value: string | undefined, { max = 10_000, min = 0 }: TextRule = {}): boolean {
    const text = value ?? '';
    if (!this.check(field, text.length < min, min === 1 ? 'is empty' : `has fewer than ${min} characters`))
      return false;
    if (!this.check(field, text.length > max, `has ${text.length} characters of at most ${max}`)) return false;
    if (!this.check(field, !text.isWellFormed(), 'has a lone surrogate: it is not valid Unicode')) return false;
    return this.check(field, text.includes('\0'), 'has a NUL character');
  }

  /** A number that is neither NaN nor infinite. */
  finite(field: string, value: number | undefined, { min, max }: NumberRule = {}): boolean {
    if (value === undefined || !Number.isFinite(value))
      return this.check(field, true, `is ${value}: a finite number is needed`);
    if (!this.check(field, min !== undefined && value < min, `is ${value}, less than ${min}`)) return false;
    return this.check(field, max !== undefined && value > max, `is ${value}, more than ${max}`);
  }

  /** A whole number, by default not negative. */
  count(
    field: string,
    value: number | undefined,
    { min = 0, max = Number.MAX_SAFE_INTEGER }: NumberRule = {},
  ): boolean {
    if (!Number.isSafeInteger(value)) return this.check(field, true, `is ${value}: a whole number is needed`);
    return this.finite(field, value, { min, max });
  }

  /** A time that exists and lies within its bounds. */
  time(field: string, value: Date | undefined, { notBefore, notAfter }: TimeRule = {}): boolean {
    if (value === undefined) return this.check(field, true, 'is missing: a time is required');
    const ms = value.getTime();
    if (Number.isNaN(ms)) return this.check(field, true, 'is not a time');
    if (!this.check(field, notBefore !== undefined && ms < notBefore.getTime(), `is before ${iso(notBefore)}`))
      return false;
    return this.check(field, notAfter !== undefined && ms > notAfter.getTime(), `is after ${iso(notAfter)}`);
  }

  /** One of the names that exist. */
  oneOf(field: string, value: string | undefined, allowed: readonly string[]): boolean {
    const shown = JSON.stringify((value ?? '').slice(0, 50));
    return this.check(field, !allowed.includes(value ?? ''), `is ${shown}; use one of ${allowed.join(', ')}`);
  }

  /** The number of entries of a list, then each entry; `at('item_id')` is `items[3].item_id`, `at()` is `items[3]`. */
  each<T>(
    field: string,
    values: readonly T[],
    { min = 0, max }: NumberRule,
    checkOne?: (value: T, at: (child?: string) => string, index: number) => void,
  ): boolean {
    const before = this.#violations.length;
    const entries = `has ${values.length} entries`;
    if (!this.check(field, values.length < min, `${entries}; at least ${min} needed`)) return false;
    if (!this.check(field, max !== undefined && values.length > max, `${entries} of at most ${max}`)) return false;
    for (const [index, value] of values.entries()) {
      checkOne?.(value, (child) => (child === undefined ? `${field}[${index}]` : `${field}[${index}].${child}`), index);
    }
    return this.#violations.length === before;
  }

  /** A map of short texts. */
  map(
    field: string,
    values: Readonly<Record<string, string>>,
    rule: { readonly maxEntries: number; readonly maxChars?: number },
  ): boolean {
    const before = this.#violations.length;
    const entries = Object.entries(values);
    if (
      !this.check(
        field,
        entries.length > rule.maxEntries,
        `has ${entries.length} entries of at most ${rule.maxEntries}`,
      )
    )
      return false;
    for (const [key, value] of entries) {
      if (!this.id(`${field} key`, key)) continue;
      this.text(`${field}["${key}"]`, value, { max: rule.maxChars ?? 1_000 });
    }
    return this.#violations.length === before;
  }

  /** Everything found so far, for a caller that rejects one entry and goes on with the others. */
  problems(): readonly FieldViolation[] {
    return this.#violations;
  }

  /** Throws `invalid.request` with every violation, if there is any. */
  throwIfAny(): void {
    const [first] = this.#violations;
    if (first === undefined) return;
    const more = this.#violations.length === 1 ? '' : ` (and ${this.#violations.length - 1} more)`;
    throw new AppError('invalid.request', `${first.field} ${first.description}${more}`, {
      violations: this.#violations,
    });
  }
}

const iso = (time: Date | undefined) => (time === undefined || Number.isNaN(time.getTime()) ? '?' : time.toISOString());

/** Starts to check one request or one entry of it. */
export function validate(): Validator {
  return new Validator();
}
