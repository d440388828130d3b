import type { monitoring as wire } from '@attune/contracts';
import type { ColumnDrift } from '@attune/drift';
import { type Handlers, validate } from '@attune/grpc';
import type { FeatureSkew } from '../domain/detection/judge-skew';
import type { MeasuredDrift, makeGetDrift } from '../use-cases/get-drift';

const MOST_HOURS = 72;

/** The handler of the RPC about how far a model has drifted. */
export function makeDriftHandler(
  getDrift: ReturnType<typeof makeGetDrift>,
): Pick<Handlers<wire.MonitoringServiceServer>, 'getDrift'> {
  return {
    getDrift: async ({ model, windowHours }, { signal }) => {
      const v = validate();
      v.id('model', model);
      v.finite('window_hours', windowHours, { min: 0, max: MOST_HOURS });
      v.throwIfAny();
      const { measures, skew, ...rest } = await getDrift({ model, windowHours }, { signal });
      const skews =
        skew === undefined ? [] : skew.features.map(toSkew).sort((a, b) => Number(b.isSkewed) - Number(a.isSkewed));
      return { ...rest, measures: measures.map(toMeasure), skews, skewVerdict: skew?.verdict ?? '' };
    },
  };
}

function toMeasure({ name, drift, count, referenceCount }: MeasuredDrift): wire.DriftMeasure {
  return {
    ...{ name, type: drift.type, hasDrifted: drift.drifted, sampleCount: count, referenceCount },
    tests: testsOf(drift),
    verdict: drift.reason,
  };
}

function toSkew({ name, judgement, swappedWith }: FeatureSkew): wire.FeatureSkew {
  const { verdict, test, value, bound, reason } = judgement;
  const swapped = swappedWith === undefined ? '' : `; it has the values of ${swappedWith}`;
  return { name, isSkewed: verdict === 'skew', test, value, bound, verdict: `${reason}${swapped}` };
}

/** Tests that could not be made are left out. */
function testsOf(drift: ColumnDrift): wire.DriftTest[] {
  const { psi, nullRate } = drift.tests;
  const tests: (wire.DriftTest | undefined)[] = [psi === null ? undefined : toTest('psi', psi, psi.value)];
  if (drift.type === 'numeric') {
    const { ks, wasserstein } = drift.tests;
    if (ks !== null) tests.push(toTest('ks', ks, ks.statistic, ks.pValue));
    if (wasserstein !== null && wasserstein.normalized !== null)
      tests.push(toTest('wasserstein', wasserstein, wasserstein.normalized));
  } else {
    const { chiSquare } = drift.tests;
    if (chiSquare !== null) tests.push(toTest('chi_square', chiSquare, chiSquare.cramersV, chiSquare.pValue));
  }
  if (nullRate !== null) tests.push(toTest('null_rate', nullRate, nullRate.difference, nullRate.pValue));
  return tests.filter((test) => test !== undefined);
}

function toTest(
  name: string,
  { bound, drifted }: { readonly bound: number; readonly drifted: boolean },
  statistic: number,
  pValue?: number,
): wire.DriftTest {
  return { name, statistic, bound, hasDrifted: drifted, pValue };
}
