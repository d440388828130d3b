import fc from 'fast-check';
import { criticalPath } from './critical-path';
import { treeOf } from './trace-tree';
import { endOf, type TracedSpan } from './traced-span';

const span = (
  spanId: string,
  parentSpanId: string | undefined,
  startedAtMs: number,
  durationMs: number,
): TracedSpan => ({
  ...{ name: spanId, traceId: 't', spanId, service: 's', startedAtMs, durationMs, attributes: {} },
  ...(parentSpanId !== undefined && { parentSpanId }),
});
const pathOf = (spans: readonly TracedSpan[]) => {
  const { pieces } = criticalPath(spans[0]!, treeOf(spans));
  return pieces.map((piece) => `${piece.span.spanId} ${piece.fromMs}-${piece.toMs}`);
};

describe('the critical path', () => {
  it('goes through the slowest of what runs at the same time', () => {
    const spans = [span('root', undefined, 0, 10), span('fast', 'root', 1, 3), span('slow', 'root', 1, 7)];
    expect(pathOf(spans)).toEqual(['root 0-1', 'slow 1-8', 'root 8-10']);
  });

  it('goes into what a step waited for, across processes', () => {
    const spans = [span('root', undefined, 0, 10), span('call', 'root', 2, 6), span('served', 'call', 3, 4)];
    expect(pathOf(spans)).toEqual(['root 0-2', 'call 2-3', 'served 3-7', 'call 7-8', 'root 8-10']);
  });

  it('leaves out what nobody waited for', () => {
    const spans = [span('root', undefined, 0, 10), span('record', 'root', 9, 20), span('later', 'root', 12, 1)];
    expect(pathOf(spans)).toEqual(['root 0-10']);
  });

  it('goes from the start to the end without holes, whatever the trace', () => {
    const some = fc.array(
      fc.tuple(fc.nat(), fc.double({ min: -2, max: 12, noNaN: true }), fc.double({ min: 0, max: 12, noNaN: true })),
      {
        maxLength: 25,
      },
    );
    fc.assert(
      fc.property(some, (rest) => {
        const spans = [span('0', undefined, 0, 10)];
        for (const [parent, from, lasts] of rest) {
          spans.push(span(String(spans.length), String(parent % spans.length), from, lasts));
        }
        const { pieces } = criticalPath(spans[0]!, treeOf(spans));
        expect(pieces.at(-1)!.toMs).toBe(10);
        for (const [at, piece] of pieces.entries()) {
          expect(piece.toMs).toBeGreaterThan(piece.fromMs);
          expect(piece.toMs).toBeLessThanOrEqual(endOf(piece.span) + 0.05);
          if (at > 0) expect(piece.fromMs).toBeCloseTo(pieces[at - 1]!.toMs, 9);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
