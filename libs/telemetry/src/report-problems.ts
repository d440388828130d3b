import { DiagLogLevel, diag } from '@opentelemetry/api';

const EVERY_MS = 60_000;
const MAX_CHARS = 300;

/** Says on standard error when telemetry itself has problems, as it does while the collector is away: one line a minute at most. */
export function reportProblems(): void {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  const say = (...parts: readonly unknown[]) => {
    const nowMs = performance.now();
    if (nowMs - saidAtMs < EVERY_MS) {
      unsaid += 1;
      return;
    }
    const more = unsaid === 0 ? '' : ` (and ${unsaid} more like it)`;
    process.stderr.write(`telemetry has a problem: ${parts.map(wordsOf).join(' ').slice(0, MAX_CHARS)}${more}\n`);
    saidAtMs = nowMs;
    unsaid = 0;
  };
  const nothing = () => undefined;
  diag.setLogger({ error: say, warn: say, info: nothing, debug: nothing, verbose: nothing }, DiagLogLevel.WARN);
}

// An answer of a collector can be megabytes of bytes: they are no words.
function wordsOf(part: unknown): string {
  if (typeof part === 'string') return messageIn(part).replaceAll('\n', ' ');
  return part instanceof Error ? part.message.replaceAll('\n', ' ') : '';
}

// The SDK writes errors as JSON with their stacks.
function messageIn(text: string): string {
  if (!text.startsWith('{"')) return text;
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text;
  }
}
