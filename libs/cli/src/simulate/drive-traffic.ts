import { randomUUID } from 'node:crypto';
import { type Client, common, type featureStore, serving } from '@attune/contracts';
import type { SimulatedSession, SlateEvent, Tastes } from '@attune/simulator';
import { sendPatiently } from '../import/send-in-order';
import { sendInteractions } from '../import/senders';
import { inParallel } from './in-parallel';

/** The services that people of the simulation talk to. */
export interface TrafficClients {
  readonly serving: Pick<Client<typeof serving.ServingServiceService>, 'recommend'>;
  readonly featureStore: Client<featureStore.FeatureStoreServiceServer>;
}

/** How simulated people use a fleet. */
export interface TrafficOptions extends TrafficClients {
  /** What people like. */
  readonly simulation: Pick<Tastes, 'playSlate'>;
  /** What they like at an hour, where that is not the same all the time. */
  readonly tastesAt?: (hour: number) => Pick<Tastes, 'playSlate'>;
  readonly sessions: Iterable<SimulatedSession>;
  readonly surface: string;
  /** Items per slate. */
  readonly count: number;
  /** Sessions under way at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Resolves when a session may begin; without it they follow each other as fast as the fleet answers. */
  readonly pace?: (session: SimulatedSession) => Promise<void>;
  readonly onPlayed: (played: PlayedSlate) => void;
  /** When what people do happens; the wall's clock unless a fleet lives by another. */
  readonly clock?: () => Date;
}

/** A slate that somebody was shown, and what they did with it. */
export interface PlayedSlate {
  readonly session: SimulatedSession;
  readonly slate: serving.RecommendResponse;
  readonly events: readonly SlateEvent[];
}

/** A fleet that is away for longer than this ends the traffic. */
const PATIENCE_MS = 30_000;
const ADVICE = 'What was played until now is recorded; scripts/attune status shows what is not well';
const PRODUCER = 'simulator';

/**
 * Lets people use a fleet: each session asks for a slate, plays it, and records impressions and reactions with the slate's decision id.
 * Ends early, without an error, when `signal` says so; sessions under way are played to their end.
 */
export async function driveTraffic(options: TrafficOptions): Promise<void> {
  const { sessions, concurrency, signal, pace, onPlayed } = options;
  await inParallel(sessions, { concurrency, signal }, async (session) => {
    await pace?.(session);
    if (signal.aborted) return;
    onPlayed(await playSession(options, session));
  });
}

async function playSession(options: TrafficOptions, session: SimulatedSession): Promise<PlayedSlate> {
  const { userId, rng } = session;
  const request = serving.RecommendRequest.fromPartial({ userId, surface: options.surface, count: options.count });
  // What is under way is finished when somebody interrupts: half a session would be impressions without their clicks.
  const patience = { patienceMs: PATIENCE_MS, signal: new AbortController().signal, advice: ADVICE };
  const slate = await sendPatiently(() => options.serving.recommend(request), patience);
  const tastes = options.tastesAt?.(session.hour) ?? options.simulation;
  const events = tastes.playSlate(
    userId,
    slate.items.map(({ itemId }) => itemId),
    rng,
  );
  const now = options.clock?.() ?? new Date();
  const batch = toInteractions(events, { userId, surface: options.surface, slate, now });
  if (batch.length > 0) {
    await sendPatiently((attempt) => sendInteractions(options.featureStore, PRODUCER, batch, attempt), patience);
  }
  return { session, slate, events };
}

interface Shown {
  readonly userId: string;
  readonly surface: string;
  readonly slate: serving.RecommendResponse;
  readonly now: Date;
}

/**
 * The events of a slate as interactions. They happen now, by the fleet's clock and in their order: a fleet refuses what lies in the
 * future, and windows, decay and experiments go by when things happen.
 */
function toInteractions(events: readonly SlateEvent[], { userId, surface, slate, now }: Shown): common.Interaction[] {
  return events.map(({ afterSeconds, ...event }, order) =>
    common.Interaction.fromPartial({
      ...event,
      ...{ eventId: randomUUID(), userId, surface, decisionId: slate.decisionId },
      occurredAt: new Date(now.getTime() + order),
    }),
  );
}
