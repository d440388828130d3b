import { randomUUID } from 'node:crypto';
import { serving } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { CliContext } from './context';
import { type SettingsObject, type SurfaceUnderEdit, settingLines } from './surface-edits';

/** How a change is asked for. */
export interface ChangeOptions {
  readonly reason: string;
  readonly dryRun?: boolean;
}

/** Adds a surface's next version: what `edit` makes of what operators gave so far. Somebody else's change in between is refused. */
export async function changeSurface(
  context: CliContext,
  name: string,
  { reason, dryRun = false }: ChangeOptions,
  edit: (surface: SurfaceUnderEdit) => SettingsObject,
): Promise<void> {
  const client = context.client('serving');
  const { version, ...surface } = await surfaceUnderEdit(context, name);
  const values = edit(surface);
  const { surface: changed } = await client.updateSurface({
    ...{ name, settings: { values: { ...values } }, basedOnVersion: version },
    ...{ reason, validateOnly: dryRun, requestId: dryRun ? '' : randomUUID() },
  });
  const before = settingLines(surface.complete);
  const after = settingLines(settingsOf(changed));
  context.output.result(changed === undefined ? {} : serving.Surface.toJSON(changed), () => [
    dryRun ? `${name} would be at version ${changed?.version}:` : `${name} is at version ${changed?.version} now:`,
    ...differences(before, after),
  ]);
}

/** What operators gave for a surface so far, and all of it; a surface that nobody made begins with nothing given, as a copy of home. */
async function surfaceUnderEdit(
  context: CliContext,
  name: string,
): Promise<SurfaceUnderEdit & { readonly version: number }> {
  const client = context.client('serving');
  const { surface } = await client.getSurface({ name, version: 0 }).catch((error: unknown) => {
    if (!isAppError(error, 'not_found.surface')) throw error;
    return client.getSurface({ name: 'home', version: 0 }).then(builtIn);
  });
  const { surfaces } = await client.listSurfaceVersions({ name, pageSize: 1, pageToken: '' });
  return {
    version: surface?.version ?? 0,
    given: (surfaces[0]?.settings?.values ?? {}) as SettingsObject,
    complete: settingsOf(surface),
  };
}

const builtIn = ({ surface }: serving.GetSurfaceResponse) => ({ surface: surface && { ...surface, version: 0 } });

/** The settings of a surface, complete. */
export function settingsOf(surface: serving.Surface | undefined): SettingsObject {
  return (surface?.settings?.values ?? {}) as SettingsObject;
}

/** The lines that are gone and those that came, by their paths. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const gone = before.filter((line) => !after.includes(line)).map((line) => `  - ${line}`);
  const added = after.filter((line) => !before.includes(line)).map((line) => `  + ${line}`);
  return gone.length + added.length === 0 ? ['  nothing changes'] : [...gone, ...added].sort(byPath);
}

const byPath = (one: string, other: string) => one.slice(4).localeCompare(other.slice(4));
