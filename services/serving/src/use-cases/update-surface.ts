import { AppError } from '@attune/errors';
import type { Surface } from '../domain/surface';
import { completeSurface, parseSurfaceSettings, type SurfaceVocabulary } from '../domain/surface-settings';
import type { Clock, Waiting } from '../ports';
import type { SurfaceBook, SurfaceStore } from '../surface-ports';
import { freshen } from './freshen';
import type { ShownSurface } from './get-surface';
import { baseOf } from './surface-book';

/** A change that an operator asks for. */
export interface SurfaceChange {
  readonly name: string;
  readonly settings: unknown;
  readonly basedOn: number;
  readonly reason: string;
  readonly actor: string;
  /** Only check it. */
  readonly validateOnly: boolean;
}

/** What changing surfaces needs. */
export interface UpdateSurfaceParts {
  readonly surfaces: SurfaceBook;
  readonly store: Pick<SurfaceStore, 'append'>;
  readonly builtIn: ReadonlyMap<string, Surface>;
  readonly vocabulary: SurfaceVocabulary;
  readonly clock: Clock;
}

/**
 * Makes the use case: checks the settings and stores them as the next version. This process serves by it when it returns, the others
 * within a second.
 */
export function makeUpdateSurface({ surfaces, store, builtIn, vocabulary, clock }: UpdateSurfaceParts) {
  return async ({ validateOnly, ...change }: SurfaceChange, waiting: Waiting): Promise<ShownSurface> => {
    const settings = parseSurfaceSettings(change.settings, vocabulary);
    const complete = (version: number) =>
      completeSurface({ name: change.name, version, settings }, baseOf(change.name, builtIn));
    if (validateOnly) return check(change, complete, waiting);
    const stored = await store.append({ ...change, settings, now: clock() }, waiting);
    // What is stored counts, whether or not it could be read back at once.
    await freshen(surfaces, waiting);
    return { surface: complete(stored.version), stored };
  };

  async function check(
    { name, basedOn }: Pick<SurfaceChange, 'name' | 'basedOn'>,
    complete: (version: number) => Surface,
    waiting: Waiting,
  ): Promise<ShownSurface> {
    await freshen(surfaces, waiting);
    const version = surfaces.stored(name)?.version ?? 0;
    if (basedOn !== 0 && basedOn !== version) {
      const message = `surface "${name}" is at version ${version}, and the change is based on version ${basedOn}`;
      throw new AppError('conflict.surface_changed', message);
    }
    return { surface: complete(version + 1), stored: undefined };
  }
}
