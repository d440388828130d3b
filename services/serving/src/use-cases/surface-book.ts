import { AppError, toAppError } from '@attune/errors';
import { HOME } from '../domain/built-in-surfaces';
import type { Surface } from '../domain/surface';
import { completeSurface, parseSurfaceSettings, type SurfaceVocabulary } from '../domain/surface-settings';
import type { Clock, Waiting } from '../ports';
import type { StoredSurface, SurfaceBook, SurfaceCopies, SurfaceStore, SurfacesState } from '../surface-ports';

/** What the book of surfaces needs. */
export interface SurfaceBookParts {
  readonly store: Pick<SurfaceStore, 'newestSince'>;
  readonly copies: SurfaceCopies;
  readonly builtIn: ReadonlyMap<string, Surface>;
  readonly vocabulary: SurfaceVocabulary;
  readonly clock: Clock;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
}

interface Known {
  readonly surface: Surface;
  readonly stored: StoredSurface;
}

/** What a name is completed by: what is built in under it, else `home`. */
export function baseOf(name: string, builtIn: ReadonlyMap<string, Surface>): Surface {
  return builtIn.get(name) ?? builtIn.get(HOME.name)!;
}

/** Makes the surfaces of a process: built in, until a store or a copy of it says more. */
export function makeSurfaceBook(parts: SurfaceBookParts): SurfaceBook & { readonly takeCopies: () => Promise<void> } {
  const { store, copies, builtIn, vocabulary, clock, logger } = parts;
  const known = new Map<string, Known>();
  const refused = new Map<string, AppError>();
  let origin: SurfacesState['origin'] = 'built_in';
  let confirmedAt: Date | undefined;
  let storeProblem: AppError | undefined;
  let seenChange = 0;
  let isCopyStale = false;
  let running: Promise<void> = Promise.resolve();

  function take(stored: StoredSurface): void {
    const { name, version } = stored;
    if ((known.get(name)?.surface.version ?? 0) >= version) return;
    try {
      const settings = parseSurfaceSettings(stored.settings, vocabulary);
      known.set(name, { surface: completeSurface({ name, version, settings }, baseOf(name, builtIn)), stored });
      refused.delete(name);
      logger.info({ surface: name, version }, 'a surface has a new configuration');
    } catch (error) {
      const cause = toAppError(error);
      const kept = known.get(name)?.surface.version ?? 0;
      const stays = kept === 0 ? 'what is built in' : `version ${kept}`;
      const message = `surface "${name}" is served by ${stays}: this build cannot use version ${version}: ${cause.message}`;
      refused.set(name, new AppError('failed_precondition.surface', message, { cause }));
      logger.warn({ err: cause, surface: name, version }, 'a stored surface cannot be used; the one before serves on');
    }
  }

  async function refreshNow(waiting: Waiting): Promise<void> {
    try {
      const changes = await store.newestSince(seenChange, waiting);
      for (const stored of changes) take(stored);
      seenChange = changes.reduce((last, { change }) => Math.max(last, change), seenChange);
      origin = 'store';
      confirmedAt = clock();
      storeProblem = undefined;
      keepCopies(changes);
    } catch (error) {
      storeProblem = toAppError(error);
      throw error;
    }
  }

  // The copy is for bad days: on a good day nobody waits for it.
  function keepCopies(changes: readonly StoredSurface[]): void {
    const stale = isCopyStale ? Array.from(known.values(), ({ stored }) => stored) : changes;
    copies.keep(stale).then(
      () => {
        isCopyStale = false;
      },
      (err: unknown) => {
        if (!isCopyStale) logger.warn({ err }, 'the copy of the surfaces could not be kept; it is tried again');
        isCopyStale = true;
      },
    );
  }

  return {
    // A surface that nobody made is like `home`.
    named(name) {
      const one = known.get(name)?.surface ?? builtIn.get(name);
      if (one !== undefined) return one;
      return { ...(known.get(HOME.name)?.surface ?? baseOf(name, builtIn)), name };
    },
    has: (name) => known.has(name) || builtIn.has(name),
    refresh(waiting) {
      // One after the other, so that a caller sees what was stored before its call.
      const next = running.then(() => refreshNow(waiting));
      running = next.catch(() => undefined);
      return next;
    },
    async takeCopies() {
      const kept = await copies.all();
      for (const stored of kept) take(stored);
      if (kept.length > 0) origin = 'copy';
    },
    stored: (name) => known.get(name)?.stored,
    names: () => [...new Set([...builtIn.keys(), ...known.keys()])].sort(),
    state: () => ({ origin, confirmedAt, problem: storeProblem ?? refused.values().next().value }),
  };
}
