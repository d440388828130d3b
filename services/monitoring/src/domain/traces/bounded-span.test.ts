import { boundedSpan } from './bounded-span';
import type { KeptSpan } from './kept-span';

const span: KeptSpan = {
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'read', service: 'serving', kind: 'internal' },
  ...{ startedAtMs: 1, durationMs: 2, attributes: {}, hasFailed: false },
};
const hide = (name: string, value: string) => (name === 'user_id' ? 'hidden' : value);
const bounded = (attributes: Record<string, string>, more: Partial<KeptSpan> = {}) =>
  boundedSpan({ ...span, ...more, attributes }, hide);

describe('a span that is kept', () => {
  it('hides who its attributes name, and leaves out what a failure said', () => {
    const attributes = { user_id: 'ann', 'db.system.name': 'redis', 'exception.message': 'ann is unknown' };
    expect(bounded(attributes).attributes).toEqual({ user_id: 'hidden', 'db.system.name': 'redis' });
  });

  it('is short, however much somebody writes into it', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`a${at}`, 'x'.repeat(9_999)]));
    const kept = bounded(many, { name: 'n'.repeat(9_999), service: 's'.repeat(9_999) });
    expect(JSON.stringify(kept).length).toBeLessThan(30_000);
    expect(kept.name).toHaveLength(200);
  });

  it('is text that a database takes', () => {
    expect(bounded({ half: 'a\0b\uD83D' }).attributes).toEqual({ half: 'ab\uFFFD' });
  });
});
