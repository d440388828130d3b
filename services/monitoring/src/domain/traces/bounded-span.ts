import type { KeptSpan } from './kept-span';

const MOST_ATTRIBUTES = 48;
const MOST_NAME_CHARS = 200;
const MOST_VALUE_CHARS = 500;

/** The value of an attribute as it may be kept, by the attribute's name. */
export type Hide = (name: string, value: string) => string;

/** A span as it is kept, whoever sent it: no user ids, no messages of failures, and no more than a reader can use. */
export function boundedSpan(span: KeptSpan, hide: Hide): KeptSpan {
  const attributes = Object.entries(span.attributes)
    .filter(([name]) => !MESSAGES.has(name))
    .slice(0, MOST_ATTRIBUTES)
    .map(([name, value]) => [cut(name, MOST_NAME_CHARS), cut(hide(name, value), MOST_VALUE_CHARS)]);
  return {
    ...span,
    name: cut(span.name, MOST_NAME_CHARS),
    service: cut(span.service, MOST_NAME_CHARS),
    attributes: Object.fromEntries(attributes),
  };
}

// they can hold what a person wrote
const MESSAGES: ReadonlySet<string> = new Set(['exception.message', 'exception.stacktrace', 'error.message']);

// a text of PostgreSQL holds no zero byte, and half of a surrogate pair is no text
function cut(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return short.replaceAll('\0', '').toWellFormed();
}
