import type { InteractionSeen } from '../../domain/feature-event';
import { VIEWS } from '../../domain/feature-registry';
import { foldInto } from '../../domain/fold';
import { pack } from '../../domain/packed-state';
import { PlaceIndex } from './place-index';
import { SpillFile } from './spill-file';
import { SpilledStates } from './spilled-states';

const view = VIEWS.user;

/** Folds the same history of many users into states on a budget, and returns the bytes of all of them at the end. */
function statesOn(maxInUse: number, memoryBytes: number, users: number): { bytes: string[]; met: string[] } {
  using file = new SpillFile(memoryBytes);
  const met: string[] = [];
  const states = new SpilledStates({ view, file, maxInUse, onNew: (id) => met.push(id) });
  for (let n = 0; n < users * 40; n++) {
    // a step that is coprime to the users: everybody comes again when all others have been there
    const userId = `user-${(n * 7) % users}`;
    const event: InteractionSeen = {
      ...{ kind: 'interaction' as const, type: n % 3 === 0 ? 'like' : 'view', strength: n % 3 === 0 ? 1 : 0.2 },
      ...{ occurredAtMs: 1.7e12 + n * 60_000, userKey: 1, itemKey: n % 500, item: undefined },
    };
    foldInto(view, states.open(userId), [event]);
    if (n % 5 === 0) expect(states.find(`user-${(n * 3) % users}`)?.observedAtMs ?? 0).toBeGreaterThanOrEqual(0);
  }
  const bytes = Array.from({ length: users }, (_, n) => pack(view, states.find(`user-${n}`)!).toString('hex'));
  expect(states.find('nobody')).toBeUndefined();
  return { bytes, met };
}

describe('states of a replay', () => {
  it('are the same whether they fit in memory or lie in a file', () => {
    const users = 331;
    const inUse = statesOn(users * 2, 0, users);
    expect(new Set(inUse.met).size).toBe(users);
    expect(inUse.met).toHaveLength(users);
    expect(statesOn(1, 0, users)).toEqual(inUse);
    expect(statesOn(50, 2 ** 30, users)).toEqual(inUse);
  });
});

describe('SpillFile', () => {
  it.each([0, 2 ** 20, 3 * 2 ** 20, 2 ** 30])('gives back what was written, with %d bytes in memory', (memoryBytes) => {
    using file = new SpillFile(memoryBytes);
    const bytesOf = (n: number, length: number) => Buffer.alloc(length, n);
    const lengths = [10, 1_000_000, 500_000, 3_000_000, 20, 900_000, 5];
    const places = lengths.map((length, n) => ({ offset: file.append(bytesOf(n, length), length + 100), length }));
    for (const [n, place] of places.entries()) expect(file.read(place).equals(bytesOf(n, place.length))).toBe(true);
    for (const [n, { offset }] of places.entries()) file.replace(bytesOf(n + 100, lengths[n]! + 50), offset);
    for (const [n, { offset }] of places.entries()) {
      const length = lengths[n]! + 50;
      expect(file.read({ offset, length }).equals(bytesOf(n + 100, length))).toBe(true);
    }
  });
});

describe('PlaceIndex', () => {
  it('finds every place it was told last, and none of others', () => {
    const index = new PlaceIndex();
    const count = 20_000;
    for (let n = 0; n < count; n++) index.set(`id-${n}`, { offset: n, length: 1, capacity: 64 });
    for (let n = 0; n < count; n += 2) index.set(`id-${n}`, { offset: n + 0.5, length: 2, capacity: 128 });
    for (let n = 0; n < count; n++) {
      const offset = n % 2 === 0 ? n + 0.5 : n;
      expect(index.get(`id-${n}`)).toEqual({ offset, length: 2 - (n % 2), capacity: n % 2 === 0 ? 128 : 64 });
    }
    expect(index.get(`id-${count}`)).toBeUndefined();
  });
});
