import { common } from '@attune/contracts';
import { seededRandom } from '@attune/testkit';
import fc from 'fast-check';
import { KeySieve } from './blocks/key-sieve';
import type { EntityState } from './entity-state';
import type { FeatureEvent } from './feature-event';
import { type MatrixQuestion, MISSING_CODES, readMatrix } from './feature-matrix';
import { featureNamed, type ItemStates, readFeatures } from './feature-reading';
import { FEATURES, VIEWS } from './feature-registry';
import type { ViewName } from './features/feature';
import { foldInto } from './fold';
import { idHash } from './id-hash';
import { initialState } from './packed-state';
import { anyEvents } from './testing/any-event';

const COLUMNS = FEATURES.filter(({ entity, valueType }) => entity !== 'user' && valueType === 'number').map(
  ({ name }) => featureNamed(name)!,
);

/** A state, or that nothing is known. */
const anyState = (view: ViewName): fc.Arbitrary<EntityState | undefined> =>
  fc.option(
    anyEvents(view).map((events) => stateOf(view, events)),
    { nil: undefined, freq: 6 },
  );

function stateOf(view: ViewName, events: readonly FeatureEvent[]): EntityState {
  const state = initialState(VIEWS[view]);
  foldInto(VIEWS[view], state, events);
  return state;
}

/** What reading one pair after the other says of the same. */
function oneByOne({ user, itemIds, statesOf, nowMs }: MatrixQuestion): { values: number[]; missing: number[] } {
  const readings = itemIds.flatMap((itemId) =>
    readFeatures(COLUMNS, { states: { ...user, ...statesOf(itemId) }, itemId }, nowMs),
  );
  const numbers = readings.map((reading) => ('value' in reading ? (reading.value as number) : Number.NaN));
  const reasons = readings.map((reading, at) => {
    if ('missing' in reading) return MISSING_CODES[reading.missing];
    // Sums of what happened far in the future of the read go beyond all numbers.
    return Number.isFinite(numbers[at]) ? 0 : MISSING_CODES.never_observed;
  });
  return { values: numbers.map((value) => (Number.isFinite(value) ? value : Number.NaN)), missing: reasons };
}

describe('a matrix of features', () => {
  it('says what reading one after the other says, to the last bit', () => {
    const item: fc.Arbitrary<ItemStates> = fc.record({
      item: anyState('item'),
      author: anyState('user'),
      authorGraph: anyState('user_graph'),
    });
    const question = fc.record({
      user: fc.record({ user: anyState('user'), userGraph: anyState('user_graph') }),
      items: fc.array(item, { minLength: 1, maxLength: 4 }),
      nowMs: fc.integer({ min: 1.6e12, max: 1.8e12 }),
    });
    fc.assert(
      fc.property(question, ({ user, items, nowMs }) => {
        const itemIds = items.map((_, n) => `i${n}`);
        const asked = { user, itemIds, statesOf: (id: string) => items[Number(id.slice(1))]!, nowMs };
        const { values, missing, updatedAtMs } = readMatrix(COLUMNS, asked);
        expect({ values: [...values], missing: [...missing] }).toStrictEqual(oneByOne(asked));
        const observed = items.map(({ item: state }) => state?.observedAtMs ?? -1);
        expect([...updatedAtMs]).toEqual(observed.map((at) => (at < 0 ? Number.NaN : at)));
      }),
      { seed: 20260601, numRuns: 150 },
    );
  });

  it('counts friends among those who engaged as one by one, where many follow and engage', () => {
    const random = seededRandom(5);
    const person = () => idHash(`u${Math.floor(random() * 1_500)}`);
    const follow = (): FeatureEvent => ({
      kind: 'follow',
      side: 'follower',
      delta: 1,
      otherKey: person(),
      occurredAtMs: 1,
    });
    const userGraph = stateOf('user_graph', Array.from({ length: 600 }, follow));
    const like = (): FeatureEvent => ({
      ...{ kind: 'interaction', type: 'like', strength: 1, occurredAtMs: Math.floor(random() * 1e6) },
      ...{ userKey: person(), itemKey: 1, item: undefined },
    });
    const items = Array.from({ length: 20 }, () => stateOf('item', Array.from({ length: 80 }, like)));
    const itemIds = items.map((_, n) => `i${n}`);
    const asked = {
      user: { userGraph },
      itemIds,
      statesOf: (id: string) => ({ item: items[Number(id.slice(1))] }),
      nowMs: 1e6,
    };
    const column = [featureNamed('user_item_social_proof')!];
    const counts = [...readMatrix(column, asked).values];
    expect(counts).toEqual(
      itemIds.map((itemId) => {
        const [reading] = readFeatures(column, { states: { ...asked.user, ...asked.statesOf(itemId) }, itemId }, 1e6);
        return 'value' in reading! ? reading.value : undefined;
      }),
    );
    expect(Math.max(...counts)).toBeGreaterThan(10);
  });

  it('has room for no columns and no items', () => {
    const nobody = { user: {}, statesOf: () => ({}), nowMs: 0 };
    expect(readMatrix([], { ...nobody, itemIds: ['a'] }).updatedAtMs).toEqual(Float64Array.of(Number.NaN));
    expect(readMatrix(COLUMNS, { ...nobody, itemIds: [] }).values).toHaveLength(0);
  });

  it('numbers the reasons as the contracts do', () => {
    const { UNKNOWN_ENTITY, NEVER_OBSERVED, EXPIRED, NO_CONSENT } = common.MissingReason;
    expect(MISSING_CODES).toEqual({
      ...{ unknown_entity: UNKNOWN_ENTITY, never_observed: NEVER_OBSERVED, expired: EXPIRED, no_consent: NO_CONSENT },
    });
  });
});

describe('a sieve of keys', () => {
  it('lets every key through, and few others', () => {
    const keys = Array.from({ length: 2_000 }, (_, n) => idHash(`user-${n}`));
    const sieve = new KeySieve(keys);
    expect(keys.every((key) => sieve.mayHave(key))).toBe(true);
    const strangers = Array.from({ length: 10_000 }, (_, n) => idHash(`stranger-${n}`));
    const share = strangers.filter((key) => sieve.mayHave(key)).length / strangers.length;
    // 1 - (1 - 2^-14)^2000 = 0.115, and 0.02 is six standard deviations of 10,000 draws.
    expect(Math.abs(share - 0.115)).toBeLessThan(0.02);
  });
});
