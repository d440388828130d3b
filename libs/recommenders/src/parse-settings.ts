import { AppError } from '@attune/errors';
import type { ModelDefinition } from './model';

/** Settings with defaults filled in; throws `invalid.settings` with a violation for every setting that is wrong or unknown. */
export function parseSettings<Settings extends object>(
  definition: Pick<ModelDefinition<Settings>, 'name' | 'settings'>,
  settings: unknown,
): Settings {
  const parsed = definition.settings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const violations = parsed.error.issues.flatMap((issue) => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({ field: ['settings', ...path].join('.'), description: issue.message }));
  });
  throw new AppError('invalid.settings', `the settings of model "${definition.name}" are not valid`, { violations });
}
