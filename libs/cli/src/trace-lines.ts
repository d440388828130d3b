/** One finished span, as `ATTUNE_TRACE_FILE` has it. */
export interface TracedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Characters of the picture of time. */
const WIDTH = 32;

/** A trace as lines for people: spans under their parents by when they began, with when, how long, and a picture of both. */
export function traceLines(spans: readonly TracedSpan[]): readonly string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
  const from = Math.min(...spans.map(({ startedAtMs }) => startedAtMs));
  // What happens after the answer would squeeze the picture: it ends with the first root.
  const [first] = [...roots].sort(byStart);
  const whole = Math.max(first?.durationMs ?? 0, Number.MIN_VALUE);
  const rows = roots.sort(byStart).flatMap((root) => under(root, spans, 0));
  const names = rows.map(({ span, depth }) => `${'  '.repeat(depth)}${nameOf(span)}`);
  const wide = Math.max(...names.map(({ length }) => length));
  return rows.map(({ span }, at) => {
    const began = span.startedAtMs - from;
    const numbers = `${began.toFixed(2).padStart(9)} ${span.durationMs.toFixed(2).padStart(9)}`;
    return `${names[at]!.padEnd(wide)} ${numbers}  ${picture(began / whole, span.durationMs / whole)}`.trimEnd();
  });
}

interface Row {
  readonly span: TracedSpan;
  readonly depth: number;
}

function under(span: TracedSpan, spans: readonly TracedSpan[], depth: number): readonly Row[] {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).sort(byStart);
  return [{ span, depth }, ...children.flatMap((child) => under(child, spans, depth + 1))];
}

function byStart(a: TracedSpan, b: TracedSpan): number {
  return a.startedAtMs - b.startedAtMs || b.durationMs - a.durationMs;
}

function picture(begins: number, lasts: number): string {
  if (begins >= 1) return 'after the answer';
  const first = Math.floor(begins * WIDTH);
  const count = Math.max(1, Math.min(WIDTH - first, Math.round(lasts * WIDTH)));
  return `|${' '.repeat(first)}${'='.repeat(count)}`;
}

function nameOf({ service, name, attributes }: TracedSpan): string {
  const store = attributes['db.system.name'] ?? attributes['db.system'];
  const short = name.replace(/^grpc\..*\//, '');
  return store === undefined ? `${service}: ${short}` : `${service}: ${String(store)} ${short}`;
}
