import type { ExperimentDefinition } from './experiment-definition';

const STRATEGY = 'strategy';

/** Parameters of slates that decide the same, which strategy ranks: of two of them one would undo the other. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ['policy', STRATEGY],
  ['surface.policy', STRATEGY],
  ['surface.strategies', STRATEGY],
]);

/** What an experiment that interleaves decides whatever its variants name: no policy chooses, and nothing is explored. */
const BY_DRAFT = [STRATEGY, 'surface.exploration'];

/** What an experiment decides for its units, each by one name: no other experiment may decide the same for them. */
export function claimsOf({ kind, variants }: Pick<ExperimentDefinition, 'kind' | 'variants'>): string[] {
  const named = variants.flatMap(({ parameters }) => Object.keys(parameters));
  const claims = named.map((name) => SAME_AS.get(name) ?? name);
  return kind === 'interleaving' ? [...claims, ...BY_DRAFT] : claims;
}
