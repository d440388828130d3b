import type { z } from 'zod';

/** One setting: its name in the environment, how its text becomes a value, and what it means. */
export interface Setting<T> {
  readonly env: string;
  readonly schema: z.ZodType<T, unknown>;
  readonly description: string;
  /** The value when the variable is not set. A setting without one is required, unless its schema is optional. */
  readonly defaultValue: T | undefined;
  /** A secret's value is never printed, not even when it is malformed. */
  readonly isSecret: boolean;
}

/** Settings by the camelCase key under which the code reads them. */
export type SettingsDefinition = Readonly<Record<string, Setting<unknown>>>;

/** The values that a definition describes. */
export type SettingsOf<D extends SettingsDefinition> = {
  readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never;
};

/** What a setting can say besides name, schema and description. */
export interface SettingOptions {
  readonly secret?: boolean;
}

/**
 * Declares one setting.
 *
 * @example setting('ATTUNE_DRAIN_TIMEOUT_MS', integer({ min: 0 }), 'how long a stop may take', 25_000)
 */
export function setting<T>(
  env: string,
  schema: z.ZodType<T, unknown>,
  description: string,
  defaultValue?: NoInfer<T>,
  options: SettingOptions = {},
): Setting<T> {
  return { env, schema, description, defaultValue, isSecret: options.secret ?? false };
}

/** Declares the settings of a service; it only keeps their types, and refuses two settings that read the same variable. */
export function defineSettings<const D extends Record<string, Setting<never> | Setting<unknown>>>(definition: D): D {
  const seen = new Map<string, string>();
  for (const [key, { env }] of Object.entries(definition)) {
    const other = seen.get(env);
    if (other !== undefined) throw new Error(`settings "${other}" and "${key}" both read ${env}`);
    seen.set(env, key);
  }
  return definition;
}
