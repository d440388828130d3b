import type { serving } from '@attune/contracts';
import { validate } from '@attune/grpc';
import { settingsOfSurface } from '../domain/surface-settings';
import type { StoredSurface } from '../surface-ports';
import type { DescribedPart } from '../use-cases/describe-pipeline';
import type { ShownSurface } from '../use-cases/get-surface';
import type { SurfaceChange } from '../use-cases/update-surface';

const NAME = /^[a-z0-9_-]{1,64}$/;
const MAX_REASON_CHARS = 1_000;

/** The name of a surface, checked; empty for `home` where that is allowed. */
export function surfaceNameOf(field: string, name: string, rule: { readonly orHome?: boolean } = {}): string {
  if (name === '' && rule.orHome) return 'home';
  const v = validate();
  checkName(v, field, name);
  v.throwIfAny();
  return name;
}

/** A change of a surface, its form checked; what its settings say is checked where they are understood. */
export function surfaceChangeOf(request: serving.UpdateSurfaceRequest, actor: string): SurfaceChange {
  const v = validate();
  checkName(v, 'name', request.name);
  v.text('reason', request.reason, { max: MAX_REASON_CHARS });
  v.check('settings', request.settings?.values === undefined, 'is missing: give {} for what is built in');
  v.throwIfAny();
  const { name, reason, validateOnly, basedOnVersion: basedOn } = request;
  return { name, settings: request.settings!.values, basedOn, reason, actor, validateOnly };
}

function checkName(v: ReturnType<typeof validate>, field: string, name: string): void {
  const shown = JSON.stringify(name.slice(0, 80));
  v.check(
    field,
    !NAME.test(name),
    `is ${shown}: 1 to 64 lower-case letters, digits, dashes and underscores are needed`,
  );
}

/** A surface for the wire, complete. */
export function toSurface({ surface, stored }: ShownSurface): serving.Surface {
  return {
    name: surface.name,
    version: surface.version,
    settings: { values: settingsOfSurface(surface) as Record<string, unknown> },
    createdAt: stored?.createdAt,
    reason: stored?.reason ?? '',
    actor: stored?.actor ?? '',
  };
}

/** A version of a surface for the wire, as it was given. */
export function toSurfaceVersion(stored: StoredSurface): serving.Surface {
  const { name, version, createdAt, reason, actor } = stored;
  return { name, version, settings: { values: stored.settings as Record<string, unknown> }, createdAt, reason, actor };
}

/** A part of the pipeline for the wire. */
export function toPipelinePart({ name, description, isUsed, usage, withoutIt }: DescribedPart): serving.PipelinePart {
  return { name, description, used: isUsed, usage, withoutIt };
}
