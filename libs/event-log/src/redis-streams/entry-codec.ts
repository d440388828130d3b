import type { DeliveredRecord } from '../port';

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});
/** What XREAD and XRANGE give for one entry: its id, then field, value, field, value... */
export type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

/** Headers as bytes: for each name and value its length (32 bits, little-endian) and its UTF-8; empty for no headers. */
export function packHeaders(headers: Readonly<Record<string, string>> | undefined): Buffer | '' {
  if (headers === undefined) return '';
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) parts.push(...packed(name), ...packed(value));
  return parts.length === 0 ? '' : Buffer.concat(parts);
}

function packed(text: string): [Buffer, Buffer] {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

/** The inverse of `packHeaders`. */
export function unpackHeaders(bytes: Buffer | undefined): Readonly<Record<string, string>> {
  if (bytes === undefined || bytes.length === 0) return NO_HEADERS;
  const texts: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    texts.push(bytes.toString('utf8', at + 4, end));
    at = end;
  }
  const headers: Record<string, string> = {};
  for (let i = 0; i < texts.length; i += 2) headers[texts[i]!] = texts[i + 1]!;
  return headers;
}

/** A stream entry as a record. */
export function toDelivered(entry: RawEntry, topic: string, partition: number): DeliveredRecord {
  const [id, fields] = entry;
  const position = id.toString('latin1');
  // fields are always written in the order k, v, h
  return {
    topic,
    partition,
    position,
    key: fields[1]!.toString('utf8'),
    value: fields[3]!,
    headers: unpackHeaders(fields[5]),
    appendedAt: new Date(Number(position.slice(0, position.indexOf('-')))),
  };
}
