/**
 * Array literals for `unnest($1::text[], ...)`. pg's own conversion looks at every element several times; these are for
 * thousands of elements in a hot path, so the common case (nothing to escape) is a scan and a join.
 */
export function textArray(values: readonly string[]): string {
  if (values.length === 0) return '{}';
  const plain = values.join('');
  if (!plain.includes('"') && !plain.includes('\\')) return `{"${values.join('","')}"}`;
  return `{${values.map(quoted).join(',')}}`;
}

/** Numbers with NULL for undefined. */
export function numberArray(values: readonly (number | undefined)[]): string {
  let text = '';
  for (const value of values) text += value === undefined ? ',NULL' : `,${value}`;
  return `{${text.slice(1)}}`;
}

/** JSON objects, NULL for those without entries; `{}` where all are, which `unnest` pads with NULL. */
export function jsonArray(values: readonly Readonly<Record<string, string>>[]): string {
  const isEmpty = (value: object) => {
    for (const _ in value) return false;
    return true;
  };
  if (values.every(isEmpty)) return '{}';
  return `{${values.map((value) => (isEmpty(value) ? 'NULL' : quoted(JSON.stringify(value)))).join(',')}}`;
}

/** Many byte strings as one parameter with the place of each: `substr($1, offset, length)`. Offsets count from 1. */
export function byteParameters(
  values: readonly Uint8Array[],
): readonly [bytes: Buffer, offsets: string, lengths: string] {
  let offset = 1;
  const offsets: number[] = [];
  for (const value of values) {
    offsets.push(offset);
    offset += value.length;
  }
  return [Buffer.concat(values), numberArray(offsets), numberArray(values.map(({ length }) => length))];
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
