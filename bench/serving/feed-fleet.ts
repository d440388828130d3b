import { common, createClient, SERVICES, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { itemIdOf, userIdOf } from './synthetic-models.ts';

const ITEMS_PER_CALL = 1_000;
const INTERACTIONS_PER_USER = 120;
const SETTLE_MS = 120_000;
const POLL_MS = 50;
/** So many looks a second apart that find nothing new: then nothing comes any more. */
const STILL_POLLS = 5;

/** Waits for a state, and throws where it does not come. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + SETTLE_MS;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error('the fleet did not settle');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Tells a feature-store of items and of what users did with them, and waits until it has folded all of it. */
export async function feedFeatureStore(address: string, about: { readonly items: number; readonly users: number }) {
  await using client = createClient({
    ...{ definition: SERVICES['feature-store'].definition, address, caller: 'bench', defaultDeadlineMs: 60_000 },
  });
  const at = new Date();
  for (let from = 0; from < about.items; from += ITEMS_PER_CALL) {
    const items = Array.from({ length: Math.min(ITEMS_PER_CALL, about.items - from) }, (_, n) => ({
      ...common.Item.create(),
      ...{ itemId: itemIdOf(from + n), title: 'A post', text: 'Something to read.', publishedAt: at },
      ...{ category: `topic-${(from + n) % 40}`, tags: [`topic-${n % 40}`], authorId: `author-${n}` },
    }));
    await client.upsertItems({ items, requestId: '' });
  }
  for (let user = 0; user < about.users; user++) {
    const interactions = Array.from({ length: INTERACTIONS_PER_USER }, (_, n) => ({
      ...common.Interaction.create(),
      ...{ eventId: `${user}-${n}`, userId: userIdOf(user), itemId: itemIdOf((user * 31 + n * 7) % about.items) },
      ...{ occurredAt: at, type: n % 6 === 0 ? 'like' : 'view' },
    }));
    await client.recordInteractions({ interactions, producer: 'import:bench' });
  }
  await until(async () => (await client.getStoreStats({})).pendingCount === 0);
}

/** Puts models into production, as the registry would. */
export async function promote(eventLog: EventLog, digests: Readonly<Record<string, string>>): Promise<void> {
  const records = Object.entries(digests).map(([name, digest]) => {
    const model = { name, version: '1', digest };
    const change = { eventId: name, model, kind: name, toStage: 'production', sequence: 1 };
    return { key: name, value: TOPIC_CODECS.models.encode(TOPIC_CODECS.models.fromPartial(change)).finish() };
  });
  await eventLog.append(TOPICS.models.name, records);
}

/** What became of slates, by their decision records. */
export interface RecordedSlates {
  readonly slates: number;
  /** Those that had to do without something, features among them. */
  readonly degraded: number;
  /** Each stage that was degraded, with its code, and in how many slates. */
  readonly reasons: Readonly<Record<string, number>>;
}

/**
 * What became of the slates since a moment: HTTP says 200 of a call that was refused, too, so only the records tell. Waits until there are
 * `expected` of them, or no more come.
 */
export async function recordedSince(eventLog: EventLog, from: Date, expected: number): Promise<RecordedSlates> {
  let seen = await readSince(eventLog, from);
  for (let unchanged = 0; seen.slates < expected && unchanged < STILL_POLLS; ) {
    await new Promise((resolve) => setTimeout(resolve, 20 * POLL_MS));
    const now = await readSince(eventLog, from);
    unchanged = now.slates === seen.slates ? unchanged + 1 : 0;
    seen = now;
  }
  return seen;
}

async function readSince(eventLog: EventLog, from: Date): Promise<RecordedSlates> {
  let [slates, degraded] = [0, 0];
  const reasons: Record<string, number> = {};
  for await (const { value } of eventLog.read(TOPICS.decisions.name, { from })) {
    const decision = TOPIC_CODECS.decisions.decode(value).decision!;
    if (decision.decidedAt!.getTime() < from.getTime()) continue;
    slates++;
    if (decision.degraded.length > 0 || decision.itemFeatures === undefined) degraded++;
    for (const { stage, code } of decision.degraded)
      reasons[`${stage} ${code}`] = (reasons[`${stage} ${code}`] ?? 0) + 1;
  }
  return { slates, degraded, reasons };
}
