import { decidedAtMs } from '@attune/decision-ids';
import { isInCanary } from '../domain/canary';
import { type CanaryOutcomes, SLOW_MS } from '../domain/canary-guardrails';
import type { Decision } from '../domain/decision';
import type { CanaryCounters, CanaryTrial, OutcomeDelta } from '../guardrail-ports';
import type { ModelLoader } from '../model-ports';
import type { Clock } from '../ports';

/** What counting needs. */
export interface CountOutcomesParts {
  readonly counters: CanaryCounters;
  /** The trials of canaries that are known now; never waits. */
  readonly canaries: () => readonly CanaryTrial[];
  readonly loader: Pick<ModelLoader, 'loaded'>;
  readonly userKeyOf: (userId: string) => string;
  readonly clock: Clock;
}

/** Somebody did something positive with an item of a slate. */
export interface Click {
  readonly userId: string;
  readonly decisionId: string;
}

/** What becomes of slates, on the side of each canary or of production. */
export interface OutcomeCounter {
  /** Notes a slate; it reaches the counters with the next flush. */
  slate(decision: Decision): void;
  /** Counts clicks, each slate once however often they are told of. */
  clicks(clicks: readonly Click[]): Promise<void>;
  flush(): Promise<void>;
}

type Side = keyof CanaryOutcomes;

const SIDES = ['canary', 'production'] as const satisfies readonly Side[];

/** Makes the counting. It costs nothing while there is no canary. */
export function makeCountCanaryOutcomes(parts: CountOutcomesParts): OutcomeCounter {
  const waiting = new Map<
    string,
    { readonly trial: CanaryTrial; readonly sides: Record<Side, Record<string, number>> }
  >();
  const started = new Map<string, number>();

  function note(trial: CanaryTrial, side: Side, delta: OutcomeDelta): void {
    const key = keyOf(trial);
    const entry = waiting.get(key) ?? { trial, sides: { canary: {}, production: {} } };
    waiting.set(key, entry);
    const counts = entry.sides[side];
    for (const [name, by] of Object.entries(delta)) counts[name] = (counts[name] ?? 0) + by;
  }

  function sideOf({ ref, canaryShare }: CanaryTrial, userId: string): Side {
    return isInCanary(ref, parts.userKeyOf(userId), canaryShare) ? 'canary' : 'production';
  }

  async function begun(trial: CanaryTrial): Promise<number> {
    const known = started.get(keyOf(trial)) ?? (await parts.counters.begin(trial, parts.clock().getTime()));
    started.set(keyOf(trial), known);
    return known;
  }

  return {
    slate(decision) {
      const canaries = parts.canaries();
      if (canaries.length === 0) return;
      const loaded = new Set(
        parts.loader.loaded().flatMap(({ ref, stage }) => (stage === 'canary' ? [ref.digest] : [])),
      );
      // A replica that could not load the canary serves everybody what is in production: its slates say nothing about either.
      for (const trial of canaries.filter(({ ref }) => loaded.has(ref.digest)))
        note(trial, sideOf(trial, decision.userId), deltaOf(decision));
    },
    async clicks(clicks) {
      const canaries = parts.canaries();
      if (canaries.length === 0) return;
      const since = await Promise.all(canaries.map(begun));
      const byDecision = new Map(clicks.map((click) => [click.decisionId, click]));
      // All at once: a batch has thousands, and each asks the store.
      await Promise.all(
        Array.from(byDecision.values(), async ({ userId, decisionId }) => {
          const at = decidedAtMs(decisionId);
          const concerned = canaries.filter((_, index) => at !== undefined && at >= since[index]!);
          if (concerned.length === 0 || !(await parts.counters.isFirstClick(decisionId))) return;
          for (const trial of concerned) note(trial, sideOf(trial, userId), { clicked: 1 });
        }),
      );
    },
    async flush() {
      for (const trial of parts.canaries()) await begun(trial);
      const taken = [...waiting.values()];
      // What comes in while these are on their way is for the next flush.
      waiting.clear();
      const handed = taken.flatMap(({ trial, sides }) => SIDES.map((side) => handOver(trial, side, sides[side])));
      const failed = (await Promise.allSettled(handed)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
  };

  async function handOver(trial: CanaryTrial, side: Side, counts: OutcomeDelta): Promise<void> {
    if (Object.keys(counts).length === 0) return;
    try {
      await parts.counters.add(trial, side, counts);
    } catch (error) {
      note(trial, side, counts);
      throw error;
    }
  }
}

function deltaOf({ degraded, latencyMs }: Decision): OutcomeDelta {
  const slow = SLOW_MS.filter((ms) => latencyMs > ms).map((ms) => [`slow_${ms}`, 1]);
  return { slates: 1, ...(degraded.length > 0 && { degraded: 1 }), ...Object.fromEntries(slow) };
}

const keyOf = ({ ref, since }: CanaryTrial) => `${ref.name} ${ref.digest} ${since}`;
