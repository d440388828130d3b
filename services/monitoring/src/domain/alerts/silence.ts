import type { Alert } from './alert';

/** What keeps matching alerts from being delivered for a while. */
export interface Silence {
  readonly silenceId: string;
  /** Fields that must be equal; an empty one matches everything. */
  readonly subject: string;
  readonly kind: string;
  readonly measure: string;
  readonly from: Date;
  readonly until: Date;
  readonly actor: string;
  readonly reason: string;
}

/** Until when an alert is silent, by what holds at a time; undefined where nothing silences it. */
export function silentUntil(alert: Alert, silences: readonly Silence[], now: Date): Date | undefined {
  const ends = [alert.ownSilenceUntil, ...silences.filter((one) => matches(one, alert)).map(({ until }) => until)];
  const latest = Math.max(...ends.map((end) => end?.getTime() ?? Number.NEGATIVE_INFINITY));
  return latest > now.getTime() ? new Date(latest) : undefined;
}

function matches(silence: Silence, alert: Alert): boolean {
  return (['subject', 'kind', 'measure'] as const).every(
    (field) => silence[field] === '' || silence[field] === alert[field],
  );
}
