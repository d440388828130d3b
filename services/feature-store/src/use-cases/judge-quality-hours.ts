import { COMPARED_HOURS, findingsOf, type QualityFinding } from '../domain/quality/findings';
import { CountedHours } from '../domain/quality/hour-counts';
import { HOUR_MS } from '../domain/quality/quality-counts';
import type { TypeRule } from '../domain/quality/type-rule';
import type { Clock } from '../ports';
import type { QualityStore, TellFindings } from '../quality-ports';
import { anomalyFound } from '../telemetry';

interface Needs {
  readonly store: Pick<QualityStore, 'counts' | 'tellOnce' | 'forgetBefore'>;
  readonly types: readonly TypeRule[];
  readonly tell: TellFindings;
  readonly clock: Clock;
  /** For how many days hours are kept. */
  readonly keptDays: number;
}

/** How long counts of an hour may still arrive from replicas after its end. */
const SETTLE_MS = 60_000;
/** Hours that are judged again after a pause, for instance of the whole fleet. */
const LOOK_BACK_HOURS = 6;

/**
 * Judges the hours that are over, each once per process, and has what is out of the ordinary told once by whichever replica
 * comes first. Returns what it found.
 */
export function makeJudgeQualityHours({
  store,
  types,
  tell,
  clock,
  keptDays,
}: Needs): () => Promise<readonly QualityFinding[]> {
  let judgedUntilMs = 0;
  const tellAndCount: TellFindings = async (findings) => {
    await tell(findings);
    for (const { measure } of findings) anomalyFound(measure);
  };
  return async () => {
    const now = clock();
    const endMs = Math.floor((now.getTime() - SETTLE_MS) / HOUR_MS) * HOUR_MS;
    const fromMs = Math.max(judgedUntilMs, endMs - LOOK_BACK_HOURS * HOUR_MS);
    if (fromMs >= endMs) return [];
    const from = new Date(fromMs - COMPARED_HOURS * HOUR_MS);
    const hours = new CountedHours(await store.counts({ from, to: new Date(endMs), producer: undefined }));
    const found: QualityFinding[] = [];
    for (let hourMs = fromMs; hourMs < endMs; hourMs += HOUR_MS) {
      for (const producer of hours.producers) {
        found.push(
          ...findingsOf({ hours, types, hourMs, isOver: true }, producer).filter(({ isAnomaly }) => isAnomaly),
        );
      }
    }
    if (found.length > 0) await store.tellOnce(found, now, tellAndCount);
    await store.forgetBefore(new Date(endMs - keptDays * 24 * HOUR_MS));
    judgedUntilMs = endMs;
    return found;
  };
}
