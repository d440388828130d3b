import { AppError } from '@attune/errors';

/** Settings of a surface, as JSON has them. */
export type SettingsObject = Readonly<Record<string, unknown>>;

/** A surface that is to be changed: what operators gave so far, and what that makes with all that is built in. */
export interface SurfaceUnderEdit {
  readonly given: SettingsObject;
  readonly complete: SettingsObject;
}

/** Objects whose fields are completed one by one: what is not changed need not be given. */
const COMPLETED_BY_FIELD = new Set(['diversity', 'exploration', 'blends']);

/**
 * Settings with other values at some paths, such as `sources.trending`. Sources, hours, probabilities and the like are taken as a whole
 * by serving, so a first change of one of them brings the others along.
 */
export function withValues(surface: SurfaceUnderEdit, values: Readonly<Record<string, unknown>>): SettingsObject {
  return Object.entries(values).reduce(
    (given, [path, value]) => edit({ ...surface, given }, path, (object, field) => ({ ...object, [field]: value })),
    surface.given,
  );
}

/** Settings without what stands at some paths. */
export function withoutPaths(surface: SurfaceUnderEdit, paths: readonly string[]): SettingsObject {
  return paths.reduce(
    (given, path) =>
      edit({ ...surface, given }, path, (object, field) => {
        if (!(field in object)) throw new AppError('not_found.setting', `there is no ${path} to take away`);
        const { [field]: _, ...rest } = object;
        return rest;
      }),
    surface.given,
  );
}

type Change = (object: SettingsObject, field: string) => SettingsObject;

function edit({ given, complete }: SurfaceUnderEdit, path: string, change: Change): SettingsObject {
  const steps = path.split('.');
  if (steps.some((step) => step === ''))
    throw new AppError('invalid.path', `"${path}" is not a path such as sources.fresh`);
  const [first = '', ...rest] = steps;
  if (rest.length === 0) return change(given, first);
  const base = given[first] ?? (COMPLETED_BY_FIELD.has(first) ? {} : (complete[first] ?? {}));
  const inside = { given: asObject(base, first), complete: asObject(complete[first] ?? {}, first) };
  return { ...given, [first]: edit(inside, rest.join('.'), change) };
}

function asObject(value: unknown, name: string): SettingsObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as SettingsObject;
  throw new AppError('invalid.path', `${name} has no fields: give it a value as a whole, in JSON`);
}

/** A list of the settings, such as the pins, as far as operators gave it. */
export function listOf<T>({ given, complete }: SurfaceUnderEdit, name: 'pins' | 'boosts'): readonly T[] {
  return (given[name] ?? complete[name] ?? []) as readonly T[];
}

/** Settings as lines `path=value`, in the form that `--set` takes. */
export function settingLines(settings: SettingsObject, prefix = ''): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    if (Array.isArray(value)) return value.length === 0 ? [] : [`${path}=${JSON.stringify(value)}`];
    if (typeof value === 'object' && value !== null) return settingLines(value as SettingsObject, `${path}.`);
    return value === '' ? [] : [`${path}=${String(value)}`];
  });
}
