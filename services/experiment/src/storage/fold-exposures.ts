import type { Exposure } from '../domain/facts';

/** A unit of one experiment, by what a batch says. */
export interface ExposedUnit extends Exposure {
  readonly hasCrossed: boolean;
}

/** A unit's exposure on one day. */
export interface ExposureDay extends Pick<Exposure, 'experimentId' | 'unitKey' | 'at'> {
  /** By UTC, `2026-05-01`. */
  readonly day: string;
}

/**
 * The rows of a batch, each key once and in order of keys: two batches that are written at the same time then wait for each other
 * instead of locking each other out.
 */
export function foldExposures(exposures: readonly Exposure[]): {
  readonly days: readonly ExposureDay[];
  readonly units: readonly ExposedUnit[];
} {
  const days = new Map<string, ExposureDay>();
  const units = new Map<string, ExposedUnit>();
  for (const exposure of exposures) {
    const { experimentId, unitKey, at } = exposure;
    const day = at.toISOString().slice(0, 10);
    const unit = `${experimentId}\n${unitKey}`;
    const ofDay = days.get(`${unit}\n${day}`);
    if (ofDay === undefined || at < ofDay.at) days.set(`${unit}\n${day}`, { experimentId, unitKey, at, day });
    const known = units.get(unit);
    const hasCrossed = known !== undefined && (known.hasCrossed || known.variant !== exposure.variant);
    const first = known === undefined || at < known.at ? exposure : known;
    units.set(unit, { ...first, hasCrossed });
  }
  return { days: inOrder(days), units: inOrder(units) };
}

function inOrder<T>(rows: ReadonlyMap<string, T>): T[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
