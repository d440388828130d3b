import type { Finding, FindingKind } from '../finding';

const HOUR_MS = 3_600_000;
/** Both are seen when windows end, so that one of two that began together may seem to be earlier. */
const TOGETHER_MS = 45 * 60_000;
const UPSTREAM: readonly FindingKind[] = ['feature_drift', 'null_rate'];
const DOWNSTREAM: readonly FindingKind[] = [
  ...(['prediction_drift', 'concept_drift', 'estimated_performance', 'calibration'] as const),
  ...UPSTREAM,
];

/** Something that was changed, or was found odd in what comes in. */
export interface KnownChange {
  readonly kind: 'model_version' | 'experiment' | 'data_quality';
  /** The model; empty where it may concern all. */
  readonly model: string;
  readonly at: Date;
  /** What happened, in a few words. */
  readonly what: string;
}

/** What findings are explained by. */
export interface CauseContext {
  readonly changes: readonly KnownChange[];
  /** The version in production by model. */
  readonly versions: ReadonlyMap<string, string>;
}

/**
 * Names the likely cause of each finding: what was changed on purpose within the hour before comes first, for that is what it mostly is; then
 * what was odd in the data that came in; then a feature that moved at the same time.
 */
export function withCauses(findings: readonly Finding[], { changes, versions }: CauseContext): readonly Finding[] {
  const features = findings.filter(({ kind }) => UPSTREAM.includes(kind));
  return findings.map((finding) => {
    const model = finding.subject.startsWith('model:') ? finding.subject.slice('model:'.length) : '';
    const version = finding.version ?? versions.get(model);
    const likelyCause =
      finding.likelyCause ?? causeByChange(finding, model, changes) ?? causeByFeature(finding, features);
    return {
      ...finding,
      ...(version === undefined ? {} : { version }),
      ...(likelyCause === undefined ? {} : { likelyCause }),
    };
  });
}

function causeByChange(finding: Finding, model: string, changes: readonly KnownChange[]): string | undefined {
  if (finding.kind === 'data_quality' || finding.kind === 'budget') return undefined;
  const near = changes.filter(
    ({ at, model: of }) => isJustBefore(at, finding.since) && (of === '' || model === '' || of === model),
  );
  for (const kind of ['model_version', 'experiment', 'data_quality'] as const) {
    const latest = near.filter((change) => change.kind === kind).sort((a, b) => b.at.getTime() - a.at.getTime())[0];
    if (latest !== undefined) return `${WORDS[kind]}: ${latest.what} at ${latest.at.toISOString().slice(0, 16)}Z`;
  }
  return undefined;
}

const WORDS = { model_version: 'model version', experiment: 'experiment', data_quality: 'incoming data' } as const;

/** `since` is the beginning of a window: what happened within the window may be why. */
function isJustBefore(at: Date, since: Date): boolean {
  const beforeMs = since.getTime() - at.getTime();
  return beforeMs <= HOUR_MS && beforeMs >= -HOUR_MS;
}

/** The feature that is furthest beyond its bound; all that moved together name the same one. */
function causeByFeature(finding: Finding, features: readonly Finding[]): string | undefined {
  if (!DOWNSTREAM.includes(finding.kind)) return undefined;
  const near = features.filter(({ since }) => Math.abs(since.getTime() - finding.since.getTime()) <= TOGETHER_MS);
  const worst = near.reduce<Finding | undefined>(
    (best, one) => (best === undefined || one.value / one.bound > best.value / best.bound ? one : best),
    undefined,
  );
  return worst === undefined ? undefined : `upstream feature: ${worst.measure}`;
}
