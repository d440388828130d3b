import { type TracedSpan, traceLines } from './trace-lines';

const span = (
  spanId: string,
  parentSpanId: string | undefined,
  startedAtMs: number,
  durationMs: number,
): TracedSpan => ({
  ...{ name: spanId, traceId: 't', spanId, service: 'serving', startedAtMs, durationMs, attributes: {} },
  ...(parentSpanId !== undefined && { parentSpanId }),
});

describe('traceLines', () => {
  it('puts spans under their parents, by when they began, with times and a picture', () => {
    const lines = traceLines([
      span('b', 'root', 1_004, 4),
      span('a', 'root', 1_000, 4),
      span('root', undefined, 1_000, 8),
      span('deep', 'a', 1_002, 2),
    ]);
    expect(lines).toEqual([
      'serving: root          0.00      8.00  |================================',
      '  serving: a           0.00      4.00  |================',
      '    serving: deep      2.00      2.00  |        ========',
      '  serving: b           4.00      4.00  |                ================',
    ]);
  });

  it('says of what came after the answer that it did, and keeps spans whose parent is elsewhere', () => {
    const lines = traceLines([span('root', 'in another process', 0, 10), span('record', 'root', 15, 3)]);
    expect(lines[1]).toBe('  serving: record     15.00      3.00  after the answer');
  });
});
