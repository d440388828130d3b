import { AppError } from '@attune/errors';

/** The longest key that S3 takes, in UTF-8 bytes. */
const MAX_KEY_BYTES = 1024;

// the longest name of one file on the usual file systems
const MAX_SEGMENT_BYTES = 255;

/** The folder of unfinished writes in the folder adapter; no key may begin with it, whatever the adapter. */
export const TEMPORARY_FOLDER = '.tmp';

/** Returns a key that is safe as a path below the store's root in every adapter, or throws `invalid.object_key`. */
export function checkedKey(key: string): string {
  const problem = problemOfText(key) ?? problemOfSegments(key.split('/'));
  if (problem !== undefined) throw invalidKey(key, problem);
  return key;
}

/** Returns a prefix for listings (a key cut off anywhere, also the empty text), or throws `invalid.object_key`. */
export function checkedPrefix(prefix: string): string {
  if (prefix === '') return prefix;
  const segments = prefix.split('/');
  const whole = segments.slice(0, -1);
  const last = segments[segments.length - 1]!;
  // a prefix may stop in the middle of a name, so its last segment is only checked for climbing out
  const problem = problemOfText(prefix) ?? problemOfSegments(last === '..' ? segments : whole);
  if (problem !== undefined) throw invalidKey(prefix, problem);
  return prefix;
}

function problemOfText(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (!key.isWellFormed()) return 'holds half of a surrogate pair';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `is longer than ${MAX_KEY_BYTES} bytes`;
  if (key.includes('\0')) return 'holds a NUL';
  if (key.includes('\\')) return 'holds a backslash';
  if (key.startsWith('/')) return 'begins with a slash: keys are relative';
  return undefined;
}

function problemOfSegments(segments: readonly string[]): string | undefined {
  if (segments[0] === TEMPORARY_FOLDER) return `begins with "${TEMPORARY_FOLDER}/", which holds unfinished writes`;
  for (const segment of segments) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has the segment "${segment}"`;
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `has a segment longer than ${MAX_SEGMENT_BYTES} bytes`;
  }
  return undefined;
}

function invalidKey(key: string, problem: string): AppError {
  const shown = JSON.stringify(key.length > 120 ? `${key.slice(0, 120)}...` : key);
  return new AppError('invalid.object_key', `object key ${shown} ${problem}`);
}
