import type { FieldViolation } from '@attune/errors';
import type { ExperimentDefinition, ExperimentVariant } from './experiment-definition';
import { EXPERIMENT_LIMITS } from './experiment-limits';
import { isName, NAME_RULE, textProblem } from './usable-text';

const WEIGHT_TOLERANCE = 1e-9;

/** What is wrong with the variants: how many, their names, their weights and their parameters. */
export function variantViolations({ variants, kind }: ExperimentDefinition): FieldViolation[] {
  return [
    ...countViolations(variants.length, kind),
    ...variants.flatMap((variant, index) => oneVariantViolations(variant, `variants[${index}]`)),
    ...duplicateViolations(variants),
    ...weightViolations(variants, kind),
  ];
}

function countViolations(count: number, kind: ExperimentDefinition['kind']): FieldViolation[] {
  const field = 'variants';
  const { variants: most } = EXPERIMENT_LIMITS;
  if (kind !== 'a_b' && count !== 2) return [{ field, description: `must be two for ${SAID_OF[kind]}, not ${count}` }];
  if (count < 2) return [{ field, description: `must be at least two, the control first; there is ${count}` }];
  return count > most ? [{ field, description: `must be at most ${most}, not ${count}` }] : [];
}

const SAID_OF = { interleaving: 'an interleaving experiment', rollout: 'a rollout' } as const;

function oneVariantViolations({ name, weight, parameters }: ExperimentVariant, path: string): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (!isName(name)) violations.push({ field: `${path}.name`, description: NAME_RULE });
  if (!(weight > 0 && weight <= 1)) {
    violations.push({ field: `${path}.weight`, description: `must be above 0 and at most 1, not ${weight}` });
  }
  return [...violations, ...parameterViolations(parameters, `${path}.parameters`)];
}

function parameterViolations(parameters: ExperimentVariant['parameters'], path: string): FieldViolation[] {
  const { parametersPerVariant, nameLength, parameterLength } = EXPERIMENT_LIMITS;
  const entries = Object.entries(parameters);
  if (entries.length > parametersPerVariant) {
    return [{ field: path, description: `must have at most ${parametersPerVariant} entries, not ${entries.length}` }];
  }
  return entries.flatMap(([name, value], index) => {
    const nameProblem = textProblem(name, 1, nameLength);
    if (nameProblem !== undefined) return [{ field: path, description: `name ${index + 1} ${nameProblem}` }];
    const problem = textProblem(value, 0, parameterLength);
    return problem === undefined ? [] : [{ field: `${path}.${name}`, description: problem }];
  });
}

function duplicateViolations(variants: readonly ExperimentVariant[]): FieldViolation[] {
  const seen = new Set<string>();
  return variants.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ field: `variants[${index}].name`, description: 'must differ from those of the other variants' }];
  });
}

function weightViolations(
  variants: readonly ExperimentVariant[],
  kind: ExperimentDefinition['kind'],
): FieldViolation[] {
  if (variants.length < 2) return [];
  const sum = variants.reduce((total, { weight }) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= WEIGHT_TOLERANCE)) {
    return [{ field: 'variants', description: `weights must add up to 1, not ${Number(sum.toPrecision(12))}` }];
  }
  // the draft gives both the same chance, so other weights would be promised and not kept
  if (kind === 'interleaving' && variants.length === 2 && variants.some(({ weight }) => weight !== 0.5)) {
    return [{ field: 'variants', description: 'weights must be 0.5 each for an interleaving experiment' }];
  }
  return [];
}
