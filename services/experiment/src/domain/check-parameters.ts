import type { FieldViolation } from '@attune/errors';

const WORD = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const PATH = /^surface\.[a-zA-Z][\w.-]*$/;
const KIND = /^model\.[a-z0-9][a-z0-9_-]*$/;
const VERSION = /^[1-9]\d{0,8}$/;
/** Names that serving reads; anything else is handed to whoever asks for the variant. */
const WORDS: ReadonlySet<string> = new Set(['strategy', 'policy', 'surface']);

/**
 * What is wrong with a variant's parameters as far as their form tells. Whether a strategy, policy, surface or version exists when a
 * slate is made is for serving to see, which degrades and says so: all of them come and go while an experiment runs.
 */
export function parameterProblems(parameters: Readonly<Record<string, string>>, path: string): FieldViolation[] {
  const violations = Object.entries(parameters).flatMap(([name, value]) => {
    const description = problemOf(name, value);
    return description === undefined ? [] : [{ field: `${path}.${name}`, description }];
  });
  if (parameters.strategy !== undefined && parameters.policy !== undefined) {
    const description = 'must not name both a strategy and a policy: the policy would choose another strategy';
    violations.push({ field: path, description });
  }
  return violations;
}

function problemOf(name: string, value: string): string | undefined {
  if (WORDS.has(name)) return WORD.test(value) ? undefined : 'must be a name of lower-case letters, digits, _ and -';
  if (name.startsWith('model.')) {
    if (!KIND.test(name)) return 'must be model.<kind>, for instance model.als';
    return VERSION.test(value) ? undefined : 'must be the number of a version';
  }
  if (name.startsWith('surface.')) {
    if (!PATH.test(name)) return 'must be surface.<setting>, for instance surface.exploration';
    return isJson(value) ? undefined : 'must be the JSON of the setting, for instance {"share":0.2}';
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
