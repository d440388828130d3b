import { existsSync, readFileSync } from 'node:fs';

/** One finished span, as `ATTUNE_TRACE_FILE` has it. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** All spans that were written so far. */
export function readSpans(file: string): readonly Span[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  // The last line may be half-written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Span);
}

/**
 * A trace as indented lines `service: name`, children under their parent in the order of their names. Equal children of one
 * parent are one line, and a statement or command is called by its store: which of them a batch takes is no part of the tree.
 */
export function treeOf(spans: readonly Span[], traceId: string): readonly string[] {
  const trace = spans.filter((span) => span.traceId === traceId);
  const ids = new Set(trace.map(({ spanId }) => spanId));
  const parentOf = ({ parentSpanId }: Span) =>
    parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : '';
  const under = (parent: string): readonly string[][] => {
    const children = trace.filter((span) => parentOf(span) === parent);
    const described = children.map((span) => [
      nameOf(span),
      ...under(span.spanId)
        .flat()
        .map((line) => `  ${line}`),
    ]);
    const distinct = new Map(described.map((lines) => [lines.join('\n'), lines]));
    return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lines]) => lines);
  };
  return under('').flat();
}

function nameOf({ service, name, attributes }: Span): string {
  const store = attributes['db.system.name'] ?? attributes['db.system'];
  return `${service}: ${store === undefined ? name : String(store)}`;
}
