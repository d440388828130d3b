import { AppError } from '@attune/errors';
import type { Surface } from '../domain/surface';
import { completeSurface, parseSurfaceSettings, type SurfaceVocabulary } from '../domain/surface-settings';
import type { Waiting } from '../ports';
import type { StoredSurface, SurfaceBook, SurfaceStore } from '../surface-ports';
import { freshen } from './freshen';
import { baseOf } from './surface-book';

/** A surface, complete, with why and when it was made; both absent for what is built in. */
export interface ShownSurface {
  readonly surface: Surface;
  readonly stored: StoredSurface | undefined;
}

/** What the questions about surfaces need. */
export interface SurfaceQuestionParts {
  readonly surfaces: SurfaceBook;
  readonly store: Pick<SurfaceStore, 'versions'>;
  readonly builtIn: ReadonlyMap<string, Surface>;
  readonly vocabulary: SurfaceVocabulary;
}

/** Makes the use case: one surface as it is, or as it was at a version. */
export function makeGetSurface({ surfaces, store, builtIn, vocabulary }: SurfaceQuestionParts) {
  return async (name: string, version: number, waiting: Waiting): Promise<ShownSurface> => {
    await freshen(surfaces, waiting);
    const shown = { surface: surfaces.named(name), stored: surfaces.stored(name) };
    if (!surfaces.names().includes(name)) throw unknown(name, surfaces.names());
    if (version === 0 || version === shown.surface.version) return shown;
    const [stored] = await store.versions({ name, beforeVersion: version + 1, limit: 1 }, waiting);
    if (stored?.version !== version) {
      const message = `surface "${name}" has no version ${version}; ListSurfaceVersions shows those that there are`;
      throw new AppError('not_found.surface_version', message);
    }
    const settings = parseSurfaceSettings(stored.settings, vocabulary);
    return { surface: completeSurface({ name, version, settings }, baseOf(name, builtIn)), stored };
  };
}

/** Makes the use case: all surfaces as they are, in the order of their names. */
export function makeListSurfaces({ surfaces }: Pick<SurfaceQuestionParts, 'surfaces'>) {
  return async (waiting: Waiting): Promise<readonly ShownSurface[]> => {
    await freshen(surfaces, waiting);
    return surfaces.names().map((name) => ({ surface: surfaces.named(name), stored: surfaces.stored(name) }));
  };
}

function unknown(name: string, names: readonly string[]): AppError {
  return new AppError(
    'not_found.surface',
    `nobody made a surface "${name}", so its slates are like those of home; there are ${names.join(', ')}`,
  );
}
