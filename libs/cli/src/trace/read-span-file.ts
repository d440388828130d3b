import { readFileSync } from 'node:fs';
import { AppError } from '@attune/errors';
import type { TracedSpan } from './traced-span';

/** The spans of a trace in a file that ATTUNE_TRACE_FILE named. */
export function readSpanFile(file: string, traceId: string): readonly TracedSpan[] {
  const spans = spansOf(file).filter((span) => span.traceId === traceId);
  if (spans.length > 0) return spans;
  throw new AppError(
    'not_found.trace',
    `${file} has no span of trace ${traceId}: was the fleet started with ATTUNE_TRACE_FILE=${file}? Spans are written a few seconds after they end.`,
  );
}

function spansOf(file: string): readonly TracedSpan[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('not_found.trace_file', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  // The last line may be half-written.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, at) => spanOf(line, `line ${at + 1} of ${file}`));
}

function spanOf(line: string, where: string): TracedSpan {
  try {
    return JSON.parse(line) as TracedSpan;
  } catch (cause) {
    throw new AppError('invalid.trace_file', `${where} is no span: name the file that ATTUNE_TRACE_FILE named`, {
      cause,
    });
  }
}
