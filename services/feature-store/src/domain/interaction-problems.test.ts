import type { Interaction } from './interaction';
import { interactionProblems } from './interaction-problems';

const nowMs = Date.UTC(2026, 0, 1);
const vocabulary = { isKnown: (type: string) => ['like', 'rating'].includes(type), strengthOf: () => 1 };
const problemsOf = (changes: Partial<Interaction>) =>
  interactionProblems(
    {
      ...{ eventId: 'e1', userId: 'u1', itemId: 'i1', type: 'like', occurredAt: new Date(nowMs) },
      ...{ decisionId: '', surface: '', context: {} },
      ...changes,
    },
    { nowMs, vocabulary, path: () => 'interactions[3]' },
  );
const fieldsOf = (changes: Partial<Interaction>) => problemsOf(changes).map(({ field }) => field);

describe('interactionProblems', () => {
  it('finds nothing wrong with a plain event, one without a time, and one at the edge of every limit', () => {
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf({ occurredAt: undefined, eventId: '' })).toEqual([]);
    expect(
      fieldsOf({
        userId: 'u'.repeat(256),
        itemId: 'é 😀',
        occurredAt: new Date(nowMs + 300_000),
        type: 'rating',
        value: 5,
      }),
    ).toEqual([]);
  });

  it.each<[string, Partial<Interaction>, string]>([
    ['an empty user id', { userId: '' }, 'user_id'],
    ['a user id that is too long', { userId: 'u'.repeat(257) }, 'user_id'],
    ['NUL', { itemId: 'a\0b' }, 'item_id'],
    ['a control character', { itemId: 'a\nb' }, 'item_id'],
    ['a lone high surrogate', { itemId: 'a\ud800b' }, 'item_id'],
    ['a lone low surrogate', { userId: '\udfff' }, 'user_id'],
    ['what a lone surrogate becomes on the wire', { userId: 'a\ufffd' }, 'user_id'],
    ['an event id that is too long', { eventId: 'e'.repeat(129) }, 'event_id'],
    ['no type', { type: '' }, 'type'],
    ['an unknown type', { type: 'teleport' }, 'type'],
    ['a type in other letters', { type: 'Like' }, 'type'],
    ['NaN', { value: Number.NaN }, 'value'],
    ['infinity', { value: Number.POSITIVE_INFINITY }, 'value'],
    ['six stars', { type: 'rating', value: 6 }, 'value'],
    ['negative stars', { type: 'rating', value: -1 }, 'value'],
    ['a far future', { occurredAt: new Date(nowMs + 300_001) }, 'occurred_at'],
    ['a time before 1970', { occurredAt: new Date(-1) }, 'occurred_at'],
    ['no real time', { occurredAt: new Date(Number.NaN) }, 'occurred_at'],
    ['a position beyond every slate', { position: 4_294_967_295 }, 'position'],
    ['a decision id with a control character', { decisionId: '\u0007' }, 'decision_id'],
    ['a surface that is too long', { surface: 's'.repeat(65) }, 'surface'],
    ['a long entry of the context', { context: { app: 'x'.repeat(257) } }, 'context.app'],
    ['an empty key of the context', { context: { '': 'x' } }, 'context'],
  ])('rejects %s', (_, changes, field) => {
    expect(fieldsOf(changes)).toEqual([`interactions[3].${field}`]);
  });

  it('rejects a context with more than 32 entries', () => {
    const context = Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`k${n}`, 'v']));
    expect(fieldsOf({ context })).toEqual(['interactions[3].context']);
  });

  it('reports everything that is wrong at once, with a code per field', () => {
    expect(problemsOf({ userId: '', type: 'x', value: Number.NaN }).map(({ code }) => code)).toEqual([
      'invalid.user_id',
      'invalid.type',
      'invalid.value',
    ]);
  });

  describe('with the values that types may have', () => {
    const ranges = new Map([
      ['rating', { min: 0, max: 5, unit: 'stars' }],
      ['like', { min: -1, max: 1, unit: 'likes' }],
    ]);
    const valueRangeOf = (type: string) => ranges.get(type);
    const given = { nowMs, vocabulary, path: (index: number) => `interactions[${index}]`, valueRangeOf };
    const anEvent = { eventId: 'e1', userId: 'u1', itemId: 'i1', occurredAt: new Date(nowMs) };
    const rest = { decisionId: '', surface: '', context: {} };
    const ofValue = (type: string, value: number) =>
      interactionProblems({ ...anEvent, ...rest, type, value }, given, 7);

    it('takes both ends of a range', () => {
      expect([...ofValue('like', -1), ...ofValue('like', 1), ...ofValue('rating', 0)]).toEqual([]);
    });

    it('rejects what lies beyond with the range, its unit and the place in the batch', () => {
      const [problem] = ofValue('like', 1.5);
      expect(problem).toEqual({
        code: 'invalid.value',
        message: 'must be from -1 to 1 likes',
        field: 'interactions[7].value',
      });
    });

    it('takes records of the log that were accepted before their type had a range', () => {
      const { valueRangeOf: _, ...ofLog } = given;
      expect(interactionProblems({ ...anEvent, ...rest, type: 'like', value: 1.5 }, ofLog)).toEqual([]);
    });
  });
});
