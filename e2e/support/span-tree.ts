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
 * A trace as indented lines `service: name`, children under their parent in the order of their names. Children of one name are one
 * line, with what any of them led to: how often a call had to be sent is no part of the tree. Nor is which statements or commands
 * a batch takes: they are called by their store.
 */
export function treeOf(spans: readonly Span[], traceId: string): readonly string[] {
  const trace = spans.filter((span) => span.traceId === traceId);
  const ids = new Set(trace.map(({ spanId }) => spanId));
  const parentOf = ({ parentSpanId }: Span) =>
    parentSpanId !== undefined && ids.has(parentSpanId) ? parentSpanId : '';
  const under = (parents: ReadonlySet<string>): readonly string[] => {
    const byName = Map.groupBy(
      trace.filter((span) => parents.has(parentOf(span))),
      nameOf,
    );
    return [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, same]) => [
        name,
        ...under(new Set(same.map(({ spanId }) => spanId))).map((line) => `  ${line}`),
      ]);
  };
  return under(new Set(['']));
}

function nameOf({ service, name, attributes }: Span): string {
  const store = attributes['db.system.name'] ?? attributes['db.system'];
  return `${service}: ${store === undefined ? name : String(store)}`;
}
