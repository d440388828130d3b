import { boundedSpan, type Hide } from '../domain/traces/bounded-span';
import type { KeptSpan } from '../domain/traces/kept-span';
import type { SpanStore } from '../trace-ports';

/** Keeps spans. */
export type TakeInSpans = (spans: readonly KeptSpan[]) => Promise<void>;

/** Makes the use case; at most `atOnce` batches are written at a time, the others wait for their turn. */
export function makeTakeInSpans(use: {
  readonly spans: Pick<SpanStore, 'add'>;
  readonly hide: Hide;
  readonly atOnce: number;
}): TakeInSpans {
  const { spans: store, hide, atOnce } = use;
  const waiting: (() => void)[] = [];
  let writing = 0;
  return async (spans) => {
    const kept = spans.map((span) => boundedSpan(span, hide));
    if (writing >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else writing += 1;
    try {
      await store.add(kept);
    } finally {
      const next = waiting.shift();
      // the place goes from hand to hand, so nobody who comes later can take it
      if (next === undefined) writing -= 1;
      else next();
    }
  };
}
