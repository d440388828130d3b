/** What an experiment may at most have. Lengths are in UTF-16 code units. */
export const EXPERIMENT_LIMITS = {
  nameLength: 64,
  variants: 20,
  parametersPerVariant: 20,
  parameterLength: 1_024,
  targetingEntries: 20,
  targetingLength: 256,
  rampSteps: 100,
  secondaryMetrics: 20,
  guardrails: 20,
} as const;
