import fc from 'fast-check';
import type { FeatureEvent } from './feature-event';
import { FEATURES, VIEWS } from './feature-registry';
import type { FeatureView } from './feature-view';
import { foldInto } from './fold';
import { initialState, pack, unpack } from './packed-state';
import { anyEvents } from './testing/any-event';

function folded(view: FeatureView, batches: readonly (readonly FeatureEvent[])[]): Buffer {
  let state = initialState(view);
  for (const batch of batches) {
    foldInto(view, state, batch);
    // As between transactions: what was folded is packed and read again.
    state = unpack(view, pack(view, state))!;
  }
  return pack(view, state);
}

describe.each(Object.values(VIEWS))('the $name view', (view) => {
  it('has the same bytes in whatever order and batches events arrive', () => {
    const reordered = anyEvents(view.name).chain((events) =>
      fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
    );
    fc.assert(
      fc.property(reordered, fc.nat(150), ([events, shuffled], cut) => {
        const late = folded(view, [shuffled.slice(0, cut), shuffled.slice(cut)]);
        expect(late.equals(folded(view, [events]))).toBe(true);
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });

  it('comes back from its packed form as it was', () => {
    fc.assert(
      fc.property(anyEvents(view.name), (events) => {
        const state = initialState(view);
        foldInto(view, state, events);
        state.version = 7;
        const read = unpack(view, pack(view, state))!;
        expect([read.version, read.observedAtMs, read.slots]).toEqual([7, state.observedAtMs, state.slots]);
        view.parts.forEach((part, index) => {
          expect(read.partAt(index)).toEqual(state.partAt(index));
          expect(read.part(part)).toBe(read.partAt(index));
        });
      }),
      { seed: 20260102, numRuns: 100 },
    );
  });

  it('does not read a state of another schema', () => {
    const packed = pack(view, initialState(view));
    packed[0]! ^= 1;
    expect(unpack(view, packed)).toBeUndefined();
    expect(unpack(view, Buffer.alloc(0))).toBeUndefined();
  });

  it('takes a few bytes for an entity that nothing happened to', () => {
    expect(pack(view, initialState(view)).length).toBeLessThan(80);
  });
});

it('gives every feature a description, an owner and a name that begins with its entity', () => {
  for (const { name, entity, description, owner, version } of FEATURES) {
    expect(name.startsWith(`${entity}_`)).toBe(true);
    expect([description, owner, version].every(Boolean)).toBe(true);
  }
});
