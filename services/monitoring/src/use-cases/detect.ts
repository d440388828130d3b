import { detectorRan } from '../alert-telemetry';
import type { CauseReader } from '../detection-ports';
import type { Round } from '../domain/alerts/alert-book';
import { withCauses } from '../domain/detection/likely-cause';
import type { Finding, FindingKind } from '../domain/finding';
import type { Clock } from '../ports';
import type { Detector } from './detect-in-series';

/** Changes older than this explain nothing that is found now: windows look back a day at most. */
const CAUSES_MS = 26 * 3_600_000;
/** A finding about an hour of incoming data holds until the hours after it were judged. */
const QUALITY_MS = 3 * 3_600_000;

/** Whatever else finds things as a whole: what it does not find is in order. */
export interface WholeDetector {
  readonly kind: FindingKind;
  find(now: Date): Promise<readonly Finding[]>;
}

/** What a round of detection needs. */
export interface DetectParts {
  readonly detectors: readonly Detector[];
  readonly whole: readonly WholeDetector[];
  readonly causes: CauseReader;
  readonly take: (round: Round) => Promise<unknown>;
  readonly clock: Clock;
  /** A detector that fails does not keep the others; what it would have judged stays as it is. */
  readonly onFailure: (detector: string, error: unknown) => void;
}

/** One round: every detector looks at the series, causes are named, and the book of alerts takes what was found. */
export function makeDetect(parts: DetectParts) {
  const all = [...parts.whole, quality(parts.causes)];
  return async ({ signal }: { readonly signal: AbortSignal }): Promise<void> => {
    const now = parts.clock();
    const found: Finding[] = [];
    const inOrder: Round['inOrder'][number][] = [];
    const completeKinds: FindingKind[] = [];
    for (const detector of parts.detectors) {
      const detected = await attempt(parts, detector.name, signal, () => detector.detect(now, { signal }));
      found.push(...(detected?.findings ?? []));
      inOrder.push(...(detected?.inOrder ?? []));
    }
    for (const one of all) {
      const findings = await attempt(parts, one.kind, signal, () => one.find(now));
      if (findings === undefined) continue;
      found.push(...findings);
      completeKinds.push(one.kind);
    }
    const changes = await parts.causes.changesSince(new Date(now.getTime() - CAUSES_MS));
    const versions = await parts.causes.productionVersions();
    await parts.take({ findings: withCauses(found, { changes, versions }), inOrder, completeKinds });
  };
}

function quality(causes: CauseReader): WholeDetector {
  return { kind: 'data_quality', find: (now) => causes.qualityFindings(new Date(now.getTime() - QUALITY_MS)) };
}

async function attempt<T>(
  { onFailure }: DetectParts,
  name: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    const done = await work();
    detectorRan(name, 'done');
    return done;
  } catch (error) {
    if (signal.aborted) throw error;
    detectorRan(name, 'failed');
    onFailure(name, error);
    return undefined;
  }
}
