// What watching incoming data (rates of users, counts, quarantines) adds to the acceptance of an event: CPU time of the use
// case with a publisher that does nothing, and with one that encodes for the log and drops it.
// Run after a build: node bench/record-interactions.bench.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { featureStore, INTERACTION_TYPES, interactionType, strengthOf } from '@attune/contracts';

const EVENTS_PER_CALL = 1_000;
const CALLS = 50;
const USERS = 50_000;
const WARM_UP_ROUNDS = 20;
const ROUNDS = 80;
const TYPES = ['view', 'click', 'like', 'impression', 'share'];

// The service exports its start alone; a bench of one use case reaches for its parts.
const part = createRequire(join(import.meta.dirname, '..', 'services', 'feature-store', 'dist', 'index.js'));
const { makeRecordInteractions } = part('./use-cases/record-interactions.js');
const { publishInteractions } = part('./events/publish-interactions.js');
const { AcceptanceWatch } = part('./domain/quality/acceptance-watch.js');
const { QualityCounts } = part('./domain/quality/quality-counts.js');
const { Quarantines } = part('./domain/quality/quarantines.js');
const { RejectionShares } = part('./domain/quality/rejection-shares.js');
const { UserRates } = part('./domain/quality/user-rates.js');

let nowMs = Date.UTC(2026, 0, 1);

/** A call as the server decodes it. */
function aCall(seed: number) {
  const interactions = Array.from({ length: EVENTS_PER_CALL }, (_, n) => ({
    ...{
      eventId: `event-${seed}-${n}-0123456789`,
      userId: `u${String((seed * 7_919 + n * 104_729) % USERS).padStart(6, '0')}`,
    },
    ...{
      itemId: `p${String((n * 31) % 9_000).padStart(6, '0')}`,
      type: TYPES[n % TYPES.length]!,
      occurredAt: new Date(nowMs),
    },
    ...{ value: n % 5 === 0 ? 12 : undefined, decisionId: n % 2 === 0 ? '' : `decision-${n}`, surface: 'home' },
    ...{ position: n % 5 === 3 ? n % 20 : undefined, context: {} },
  }));
  const { encode, decode } = featureStore.RecordInteractionsRequest;
  return decode(encode({ interactions, producer: 'web' }).finish());
}

const calls = Array.from({ length: CALLS }, (_, seed) => aCall(seed));
const watch = () =>
  new AcceptanceWatch({
    types: INTERACTION_TYPES,
    rates: new UserRates({ limitPerMinute: 300, seed: 1 }),
    counts: new QualityCounts(INTERACTION_TYPES),
    shares: new RejectionShares({ rejectedShare: 0.5, minEvents: 1_000, windowMs: 60_000 }),
    quarantines: new Quarantines(),
  });
const blind = {
  refusalOf: () => undefined,
  flagged: (_producer: string, accepted: readonly unknown[]) => accepted,
  failed: () => undefined,
  answered: () => 0,
  valueRangeOf: () => undefined,
};
const nothing = { publish: async () => undefined };
const encoding = publishInteractions({ append: async () => undefined }, 'bench');
const given = {
  vocabulary: { isKnown: (type: string) => interactionType(type) !== undefined, strengthOf },
  recent: { look: async () => ({ known: new Set(), add: async () => undefined }) },
  newEventId: () => 'bench',
  forgotten: { covers: () => false },
  clock: () => new Date(nowMs),
};
const variants = [
  {
    publisher: 'does nothing',
    watched: false,
    record: makeRecordInteractions({ ...given, publisher: nothing, watch: blind }),
  },
  {
    publisher: 'does nothing',
    watched: true,
    record: makeRecordInteractions({ ...given, publisher: nothing, watch: watch() }),
  },
  {
    publisher: 'encodes',
    watched: false,
    record: makeRecordInteractions({ ...given, publisher: encoding, watch: blind }),
  },
  {
    publisher: 'encodes',
    watched: true,
    record: makeRecordInteractions({ ...given, publisher: encoding, watch: watch() }),
  },
].map((variant) => ({ ...variant, nsPerEvent: [] as number[] }));

// Round about, so that a noisy neighbour meets all of them.
for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
  for (const { record, nsPerEvent } of variants) {
    // A minute later: the same people again, as fast as people are.
    nowMs += 60_000;
    for (const { interactions } of calls) for (const { occurredAt } of interactions) occurredAt!.setTime(nowMs);
    const before = process.cpuUsage();
    for (const call of calls) await record(call);
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) nsPerEvent.push(((user + system) * 1_000) / (CALLS * EVENTS_PER_CALL));
  }
}

const results = variants.map(({ publisher, watched, nsPerEvent }) => {
  const sorted = nsPerEvent.toSorted((a, b) => a - b);
  return { publisher, watched, bestNs: Math.round(sorted[0]!), medianNs: Math.round(sorted[sorted.length >> 1]!) };
});
console.table(results);
const output = join(import.meta.dirname, 'results');
mkdirSync(output, { recursive: true });
writeFileSync(join(output, 'record-interactions.json'), `${JSON.stringify(results, null, 2)}\n`);
