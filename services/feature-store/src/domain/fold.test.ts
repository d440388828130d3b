import fc from 'fast-check';
import { FEATURES, VIEWS } from './feature-registry';
import type { FeatureEvent } from './features/feature';
import { foldInto } from './fold';
import { initialState, pack, unpack } from './packed-state';

const DAY_MS = 86_400_000;
const anyTime = fc.integer({ min: 0, max: 4e12 });
const anyEvent: fc.Arbitrary<FeatureEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('interaction' as const),
    type: fc.constantFrom('impression', 'view', 'like', 'rating', 'hide'),
    strength: fc.double({ min: -3, max: 2, noNaN: true }),
    // Near each other and far apart: both ends of a decayed sum are met.
    occurredAtMs: fc.oneof(anyTime, fc.integer({ min: 1.7e12, max: 1.7e12 + 100 * DAY_MS })),
  }),
  fc.record({
    kind: fc.constant('profile' as const),
    bornAtMs: fc.option(fc.integer({ min: -1e12, max: 4e12 }), { nil: undefined }),
    occurredAtMs: anyTime,
  }),
  fc.record({
    kind: fc.constant('follow' as const),
    side: fc.constantFrom('follower' as const, 'followee' as const),
    delta: fc.constantFrom(1 as const, -1 as const),
    occurredAtMs: anyTime,
  }),
);

function folded(view: (typeof VIEWS)['user'], batches: readonly (readonly FeatureEvent[])[]): Buffer {
  const state = initialState(view);
  for (const batch of batches) foldInto(view, state, batch);
  return pack(view, state);
}

describe.each(Object.values(VIEWS))('the $entity view', (view) => {
  it('has the same bytes in whatever order and batches events arrive', () => {
    const reordered = fc
      .array(anyEvent, { maxLength: 40 })
      .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })));
    fc.assert(
      fc.property(reordered, fc.nat(40), ([events, shuffled], cut) => {
        const late = folded(view, [shuffled.slice(0, cut), shuffled.slice(cut)]);
        expect(late.equals(folded(view, [events]))).toBe(true);
      }),
      { seed: 20260101, numRuns: 300 },
    );
  });

  it('comes back from its packed form as it was', () => {
    const state = initialState(view);
    state.version = 7;
    expect(unpack(view, pack(view, state))).toEqual(state);
  });

  it('does not read a state of another schema', () => {
    const packed = pack(view, initialState(view));
    packed[0]! ^= 1;
    expect(unpack(view, packed)).toBeUndefined();
  });
});

it('freezes the schema: who changes the meaning of a feature raises its version, and this hash with it', () => {
  expect([VIEWS.user.schemaHash, VIEWS.item.schemaHash]).toMatchInlineSnapshot(`
[
  "a53d97cb975ff011",
  "e1759f5cabdf9d83",
]
`);
});

it('gives every feature a description, an owner and a name that begins with its entity', () => {
  for (const { name, entity, description, owner, version } of FEATURES) {
    expect(name.startsWith(`${entity}_`)).toBe(true);
    expect([description, owner, version].every(Boolean)).toBe(true);
  }
});
