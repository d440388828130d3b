import { type CriticalPath, criticalPath, type PathPiece } from './critical-path';
import { type TraceTree, treeOf } from './trace-tree';
import { endOf, hasFailed, type TracedSpan, titleOf } from './traced-span';

/** How lines are seen. */
export interface View {
  /** Characters of a line. */
  readonly width: number;
  readonly hasColours: boolean;
}

const LEAST_BAR = 12;
const MOST_BAR = 60;
/** Two numbers of 9 characters, the mark of a failure, and blanks. */
const NUMBERS = 24;
const MOST_PIECES = 5;
const LEAST_SHARE = 0.02;

/**
 * A trace as lines for people: spans under their parents by when they began, with when, how long, and a picture of both; then where the
 * time went. `#` is the critical path, which the answer waited for; `=` is what went on beside it.
 */
export function traceLines(spans: readonly TracedSpan[], view: View): readonly string[] {
  const tree = treeOf(spans);
  const [first] = tree.roots;
  if (first === undefined) return [];
  const path = criticalPath(first, tree);
  return [
    headline(spans, first),
    '',
    ...waterfall({ tree, first, path, view }),
    '',
    '# the answer waited for it   = beside it   ! failed',
    ...longestLines(path.pieces, first),
  ];
}

function headline(spans: readonly TracedSpan[], first: TracedSpan): string {
  const services = new Set(spans.map(({ service }) => service)).size;
  const failed = spans.filter(hasFailed).length;
  const counted = `${spans.length} ${spans.length === 1 ? 'span' : 'spans'} of ${services} ${services === 1 ? 'service' : 'services'}`;
  const at = new Date(first.startedAtMs).toISOString();
  return `Trace ${first.traceId}: ${counted}, ${first.durationMs.toFixed(2)} ms, at ${at}${failed > 0 ? `, ${failed} failed` : ''}`;
}

interface Picture {
  readonly tree: TraceTree;
  /** What happens after the answer would squeeze the picture: it ends with this span. */
  readonly first: TracedSpan;
  readonly path: CriticalPath;
  readonly view: View;
}

function waterfall({ tree, first, path, view }: Picture): readonly string[] {
  const rows = tree.roots.flatMap((root) => under(root, tree, 0));
  const titles = rows.map(({ span, depth }) => `${'  '.repeat(depth)}${titleOf(span)}`);
  const most = Math.max(20, view.width - NUMBERS - LEAST_BAR);
  const wide = Math.min(most, Math.max(...titles.map(({ length }) => length)));
  const bar = Math.max(LEAST_BAR, Math.min(MOST_BAR, view.width - wide - NUMBERS));
  const paint = paintOf(rows, view);
  const head = `${''.padEnd(wide)}   ${'began ms'.padStart(9)} ${'took ms'.padStart(9)}`;
  const lines = rows.map(({ span }, at) => {
    const began = span.startedAtMs - first.startedAtMs;
    const numbers = `${began.toFixed(2).padStart(9)} ${span.durationMs.toFixed(2).padStart(9)}`;
    const mark = hasFailed(span) ? '!' : ' ';
    const drawn = drawing(span, { first, path, bar });
    return `${paint(span, cut(titles[at]!, wide).padEnd(wide))} ${mark} ${numbers} ${paint(span, drawn)}`.trimEnd();
  });
  return [head, ...lines];
}

interface Row {
  readonly span: TracedSpan;
  readonly depth: number;
}

function under(span: TracedSpan, tree: TraceTree, depth: number): readonly Row[] {
  return [{ span, depth }, ...tree.childrenOf(span).flatMap((child) => under(child, tree, depth + 1))];
}

function drawing(span: TracedSpan, { first, path, bar }: Pick<Picture, 'first' | 'path'> & { bar: number }): string {
  if (span.startedAtMs >= endOf(first) && span !== first) return 'after the answer';
  const msPerCell = Math.max(first.durationMs, Number.MIN_VALUE) / bar;
  const placeOf = (ms: number) => Math.max(0, Math.min(bar, (ms - first.startedAtMs) / msPerCell));
  const from = Math.min(bar - 1, Math.floor(placeOf(span.startedAtMs)));
  const count = Math.max(1, Math.round(placeOf(endOf(span)) - placeOf(span.startedAtMs)));
  const waitedUntilMs = path.waitedUntilMs.get(span) ?? Number.NEGATIVE_INFINITY;
  const cells = Array.from({ length: Math.min(count, bar - from) }, (_, at) =>
    first.startedAtMs + (from + at) * msPerCell < waitedUntilMs ? '#' : '=',
  );
  return `|${' '.repeat(from)}${cells.join('')}`;
}

/** The longest pieces of the critical path, which say what to look at. */
function longestLines(pieces: readonly PathPiece[], first: TracedSpan): readonly string[] {
  const whole = Math.max(first.durationMs, Number.MIN_VALUE);
  const longest = pieces
    .map((piece) => ({ piece, ms: piece.toMs - piece.fromMs }))
    .filter(({ ms }) => ms / whole >= LEAST_SHARE)
    .sort((a, b) => b.ms - a.ms)
    .slice(0, MOST_PIECES);
  if (longest.length === 0) return [];
  const lines = longest.map(({ piece, ms }) => {
    const share = `${Math.round((100 * ms) / whole)} %`.padStart(5);
    return `  ${ms.toFixed(2).padStart(9)} ms ${share}  ${titleOf(piece.span)}${whereOf(piece)}`;
  });
  return ['', 'What the answer waited for longest:', ...lines];
}

function whereOf({ after, before }: PathPiece): string {
  if (after !== undefined && before !== undefined) {
    return ` itself, between ${shortOf(after)} and ${shortOf(before)}`;
  }
  if (after !== undefined) return ` itself, after ${shortOf(after)}`;
  return before === undefined ? '' : ` itself, before ${shortOf(before)}`;
}

function shortOf(span: TracedSpan): string {
  return titleOf(span).slice(span.service.length + 2);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Colours of services in the order in which they come; red is for failures. */
const COLOURS = [36, 33, 35, 32, 34, 96, 93, 95];
const RED = 31;

function paintOf(rows: readonly Row[], { hasColours }: View): (span: TracedSpan, text: string) => string {
  if (!hasColours) return (_, text) => text;
  const services = [...new Set(rows.map(({ span }) => span.service))];
  return (span, text) => {
    const colour = hasFailed(span) ? RED : COLOURS[services.indexOf(span.service) % COLOURS.length]!;
    return `\x1b[${colour}m${text}\x1b[0m`;
  };
}
