import { traceLines } from './trace-lines';
import type { TracedSpan } from './traced-span';

const plain = { width: 80, hasColours: false };
const span = (
  spanId: string,
  parentSpanId: string | undefined,
  startedAtMs: number,
  durationMs: number,
  more: Partial<TracedSpan> = {},
): TracedSpan => ({
  ...{ name: spanId, traceId: 't', spanId, service: 'serving', startedAtMs, durationMs, attributes: {} },
  ...(parentSpanId !== undefined && { parentSpanId }),
  ...more,
});
const slate = [
  span('b', 'root', 1_004, 3),
  span('a', 'root', 1_000, 4),
  span('root', undefined, 1_000, 8),
  span('deep', 'a', 1_002, 1),
  span('beside', 'root', 1_001, 2),
];

describe('traceLines', () => {
  it('puts spans under their parents, by when they began, and marks what the answer waited for', () => {
    expect(traceLines(slate, { width: 65, hasColours: false })).toEqual([
      'Trace t: 5 spans of 1 service, 8.00 ms, at 1970-01-01T00:00:01.000Z',
      '',
      '                     began ms   took ms',
      'serving: root            0.00      8.00 |########################',
      '  serving: a             0.00      4.00 |############',
      '    serving: deep        2.00      1.00 |      ###',
      '  serving: beside        1.00      2.00 |   ======',
      '  serving: b             4.00      3.00 |            #########',
      '',
      '# the answer waited for it   = beside it   ! failed',
      '',
      'What the answer waited for longest:',
      '       3.00 ms  38 %  serving: b',
      '       2.00 ms  25 %  serving: a itself, before deep',
      '       1.00 ms  13 %  serving: deep',
      '       1.00 ms  13 %  serving: a itself, after deep',
      '       1.00 ms  13 %  serving: root itself, after b',
    ]);
  });

  it('says of what came after the answer that it did, and keeps spans whose parent is elsewhere', () => {
    const lines = traceLines([span('root', 'in another process', 0, 10), span('record', 'root', 15, 3)], plain);
    expect(lines[4]).toMatch(/^ {2}serving: record +15\.00 +3\.00 after the answer$/);
  });

  it('marks what failed, by its own word or by the kind of its error', () => {
    const failing = [
      span('root', undefined, 0, 10, {
        hasFailed: false,
        attributes: { 'error.type': 'a code of a call that was expected' },
      }),
      span('a', 'root', 1, 2, { hasFailed: true }),
      span('b', 'root', 3, 2, { attributes: { 'error.type': 'unavailable.redis' } }),
    ];
    const lines = traceLines(failing, plain);
    expect(lines[0]).toContain(', 2 failed');
    expect(lines.slice(3, 6).map((line) => line.includes(' ! '))).toEqual([false, true, true]);
  });

  it('fits into the terminal, however long names are and however deep', () => {
    const deep = Array.from({ length: 30 }, (_, at) =>
      span(
        `a step with a long name ${at}`,
        at === 0 ? undefined : `a step with a long name ${at - 1}`,
        at,
        60 - 2 * at,
      ),
    );
    for (const width of [60, 80, 200]) {
      const lines = traceLines(deep, { width, hasColours: false }).slice(2, 33);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    }
  });

  it('gives services their colours, and failures red, where there are colours', () => {
    const spans = [
      span('root', undefined, 0, 10),
      span('a', 'root', 1, 2, { service: 'feature-store' }),
      span('b', 'root', 3, 2, { hasFailed: true }),
    ];
    const colours = traceLines(spans, { width: 80, hasColours: true }).slice(3, 6);
    expect(colours.map((line) => line.slice(0, 5))).toEqual(['\x1b[36m', '\x1b[33m', '\x1b[31m']);
    expect(traceLines(spans, plain).join('')).not.toContain('\x1b');
  });

  it('draws a trace of one span that took no time', () => {
    expect(traceLines([span('root', undefined, 5, 0)], plain)[3]).toMatch(/^serving: root +0\.00 +0\.00 \|/);
  });
});
