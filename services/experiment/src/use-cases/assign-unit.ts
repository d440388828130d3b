import { type Assignment, assignAll, type ExperimentUnit } from '@attune/experiments';
import type { Clock, ExposurePublisher } from '../ports';
import { unitsAssigned } from '../telemetry';
import type { LiveDefinitions } from './live-definitions';

/** Who asks to be assigned, and to what. */
export interface AssignQuestion extends ExperimentUnit {
  /** Only these; all where empty. */
  readonly experimentIds: readonly string[];
  /** The unit really sees the variants. */
  readonly logsExposure: boolean;
}

/** Assigns units by the definitions in memory; the answer is a function of these, the unit and the time. */
export function makeAssignUnit(ports: {
  readonly live: LiveDefinitions;
  readonly exposures: ExposurePublisher;
  readonly clock: Clock;
}) {
  return async ({
    unitId,
    attributes,
    experimentIds,
    logsExposure,
  }: AssignQuestion): Promise<readonly Assignment[]> => {
    const at = ports.clock();
    // all of them decide, for one that started earlier may have a parameter that another wants too
    const all = assignAll(ports.live.all, { unitId, attributes }, at.getTime());
    const wanted = experimentIds.length === 0 ? all : all.filter((one) => experimentIds.includes(one.experimentId));
    if (logsExposure && wanted.length > 0) {
      await ports.exposures.publish(
        wanted.map(({ experimentId, variant }) => ({ unitId, experimentId, variant, at, attributes })),
      );
    }
    unitsAssigned(wanted.length, logsExposure);
    return wanted;
  };
}
