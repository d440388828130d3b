import type { serving } from '@attune/contracts';
import type { Guardrail } from '../domain/canary-guardrails';
import type { CanaryReport } from '../guardrail-ports';

/** What was found about a canary, for the wire. */
export function toCanaryState({ ref, guardrails, ...report }: CanaryReport): serving.CanaryState {
  return { ...report, ref: { ...ref }, guardrails: guardrails.map(toGuardrailState) };
}

function toGuardrailState(guardrail: Guardrail): serving.GuardrailState {
  const { name, canaryRate, productionRate, count, harm, tolerance, verdict } = guardrail;
  return {
    ...{ name, canaryRate, productionRate, tolerance, verdict },
    canaryCount: count.canary,
    productionCount: count.production,
    leastHarm: harm.least,
    mostHarm: harm.most,
  };
}
