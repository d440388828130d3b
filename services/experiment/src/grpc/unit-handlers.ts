import type { experiment as wire } from '@attune/contracts';
import { type Handlers, validate } from '@attune/grpc';
import { planExperiment } from '../domain/plan';
import type { makeAssignUnit } from '../use-cases/assign-unit';
import type { makeGetResults } from '../use-cases/get-results';
import { checkId } from './experiment-handlers';
import { toResults } from './results-mapping';

type UnitHandlers = Pick<Handlers<wire.ExperimentServiceServer>, 'assign' | 'getResults' | 'planExperiment'>;

const MOST_ATTRIBUTES = 50;
const MOST_EXPERIMENTS = 1_000;
const MOST_SEGMENT = 64;

/** Handlers of the RPCs about units: who is in what, and what came of it. */
export function makeUnitHandlers(use: {
  readonly assignUnit: ReturnType<typeof makeAssignUnit>;
  readonly getResults: ReturnType<typeof makeGetResults>;
}): UnitHandlers {
  return {
    assign: async ({ unitId, attributes, experimentIds, logExposure }) => {
      const v = validate();
      v.id('unit_id', unitId);
      v.map('attributes', attributes, { maxEntries: MOST_ATTRIBUTES });
      v.each('experiment_ids', experimentIds, { max: MOST_EXPERIMENTS }, (id, at) => v.id(at(), id, { max: 64 }));
      v.throwIfAny();
      const assignments = await use.assignUnit({ unitId, attributes, experimentIds, logsExposure: logExposure });
      return {
        assignments: assignments.map(({ experimentId, variant, parameters }) => ({
          ...{ experimentId, variant },
          parameters: { ...parameters },
        })),
      };
    },
    getResults: async ({ experimentId, segmentBy, byDay }, { signal }) => {
      checkId(experimentId);
      const v = validate();
      v.optionalId('segment_by', segmentBy, { max: MOST_SEGMENT });
      v.throwIfAny();
      const question = { isByDay: byDay, ...(segmentBy === '' ? {} : { segmentBy }) };
      return toResults(await use.getResults(experimentId, question, { signal }));
    },
    planExperiment: async ({ power, significance, variantCount, ...request }) =>
      planExperiment({
        ...request,
        power: power === 0 ? 0.8 : power,
        significance: significance === 0 ? 0.05 : significance,
        variantCount: variantCount === 0 ? 2 : variantCount,
      }),
  };
}
