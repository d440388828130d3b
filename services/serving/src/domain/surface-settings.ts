import { AppError, type FieldViolation } from '@attune/errors';
import type { z } from 'zod';
import { STRATEGIES, type Strategy, type Surface } from './surface';
import { type SurfaceSettings, surfaceSettingsSchema } from './surface-schema';

/** What settings are checked against besides their form. */
export interface SurfaceVocabulary {
  /** The interaction types of the fleet. */
  readonly interactionTypes: readonly string[];
}

/** Settings as an operator gave them, checked; throws one `invalid.surface` with everything that is wrong. */
export function parseSurfaceSettings(values: unknown, vocabulary: SurfaceVocabulary): SurfaceSettings {
  const parsed = surfaceSettingsSchema.safeParse(values);
  const violations = parsed.success
    ? unknownTypes(parsed.data, vocabulary)
    : innermost(parsed.error.issues.flatMap((issue) => violationsOf(issue)));
  const [first] = violations;
  if (first === undefined) return parsed.data!;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  throw new AppError('invalid.surface', `${first.field} ${first.description}${more}`, { violations });
}

/** What is wrong with a whole only because of one of its parts is said of the part alone. */
function innermost(violations: readonly FieldViolation[]): readonly FieldViolation[] {
  return violations.filter(({ field }) =>
    violations.every((other) => !other.field.startsWith(`${field}.`) && !other.field.startsWith(`${field}[`)),
  );
}

function violationsOf(issue: z.core.$ZodIssue): FieldViolation[] {
  const field = (...more: PropertyKey[]) => fieldOf([...issue.path, ...more]);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: field(key), description: issue.message }));
  }
  // What is wrong with a name is said at the name.
  const description = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ field: field(), description }];
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${String(step)}`),
    'settings',
  );
}

function unknownTypes(
  { seenHours = {}, engagementValues = {} }: SurfaceSettings,
  { interactionTypes }: SurfaceVocabulary,
) {
  const unknown = (field: string, names: readonly string[]) =>
    names
      .filter((name) => !interactionTypes.includes(name))
      .map((name) => ({
        field: `settings.${field}.${name}`,
        description: `is no type of interaction; there are ${interactionTypes.join(', ')}`,
      }));
  return [
    ...unknown('seenHours', Object.keys(seenHours)),
    ...unknown('engagementValues', Object.keys(engagementValues)),
  ];
}

/** A surface with a version of settings: what they leave out is as in `base`. */
export function completeSurface(
  { name, version, settings }: { readonly name: string; readonly version: number; readonly settings: SurfaceSettings },
  base: Surface,
): Surface {
  const { seenHours, blends, diversity, exploration, pins, boosts, ...plain } = defined(settings);
  return {
    ...base,
    ...(plain as Partial<Surface>),
    name,
    version,
    ...(seenHours && { seenHours: hoursOf(seenHours) }),
    blends: { ...base.blends, ...(blends && blendsOf(blends)) },
    diversity: { ...base.diversity, ...(diversity && defined(diversity)) } as Surface['diversity'],
    exploration: { ...base.exploration, ...(exploration && defined(exploration)) } as Surface['exploration'],
    pins: (pins ?? base.pins) as Surface['pins'],
    boosts: (boosts ?? base.boosts) as Surface['boosts'],
  };
}

function blendsOf(blends: NonNullable<SurfaceSettings['blends']>): Partial<Surface['blends']> {
  const given = STRATEGIES.filter((strategy) => blends[strategy] !== undefined);
  return Object.fromEntries(given.map((strategy) => [strategy, defined(blends[strategy]!)])) as Partial<
    Record<Strategy, object>
  > as Partial<Surface['blends']>;
}

function hoursOf(hours: Readonly<Record<string, number | 'forever'>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(hours).map(([type, value]) => [type, value === 'forever' ? Number.POSITIVE_INFINITY : value]),
  );
}

/** A complete surface as settings: given back, they make the same surface. JSON knows no infinity, so that is "forever". */
export function settingsOfSurface({ name: _name, version: _version, seenHours, ...rest }: Surface): SurfaceSettings {
  const hours = Object.entries(seenHours).map(([type, value]) => [type, Number.isFinite(value) ? value : 'forever']);
  return { ...structuredClone(rest), seenHours: Object.fromEntries(hours) } as SurfaceSettings;
}

function defined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** What an operator may set, with a description of each field. */
export function describeSurfaceSettings(): readonly { readonly name: string; readonly description: string }[] {
  return Object.entries(surfaceSettingsSchema.shape).map(([name, field]) => ({
    name,
    description: (field as z.ZodType).description ?? '',
  }));
}
