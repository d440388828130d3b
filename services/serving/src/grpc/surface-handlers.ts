import type { serving } from '@attune/contracts';
import type { CallContext, Handlers } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { Surface } from '../domain/surface';
import type { SurfaceStore } from '../surface-ports';
import type { DescribedPart } from '../use-cases/describe-pipeline';
import type { makeGetSurface, makeListSurfaces } from '../use-cases/get-surface';
import type { makeUpdateSurface } from '../use-cases/update-surface';
import { surfaceChangeOf, surfaceNameOf, toPipelinePart, toSurface, toSurfaceVersion } from './surface-mapping';

const PAGE_SIZE = 50;

type SurfaceHandlers = Pick<
  Handlers<typeof serving.ServingServiceService>,
  'getSurface' | 'listSurfaces' | 'updateSurface' | 'listSurfaceVersions' | 'describePipeline'
>;

/** The use cases behind the RPCs about surfaces. */
export interface SurfaceUseCases {
  readonly store: Pick<SurfaceStore, 'versions'>;
  readonly getSurface: ReturnType<typeof makeGetSurface>;
  readonly listSurfaces: ReturnType<typeof makeListSurfaces>;
  readonly updateSurface: ReturnType<typeof makeUpdateSurface>;
  readonly describePipeline: (surface: Surface) => readonly DescribedPart[];
}

/** The RPCs about surfaces and what they use of the pipeline. */
export function makeSurfaceHandlers(use: SurfaceUseCases): SurfaceHandlers {
  return {
    getSurface: async ({ name, version }, { signal }) => ({
      surface: toSurface(await use.getSurface(surfaceNameOf('name', name), version, { signal })),
    }),
    listSurfaces: async (_, { signal }) => ({ surfaces: (await use.listSurfaces({ signal })).map(toSurface) }),
    updateSurface: async (request, { signal, caller }) => ({
      surface: toSurface(await use.updateSurface(surfaceChangeOf(request, caller ?? 'unknown'), { signal })),
    }),
    listSurfaceVersions: (request, context) => listVersions(use, request, context),
    describePipeline: async ({ surface: name }, { signal }) => {
      const shown = await use.getSurface(surfaceNameOf('surface', name, { orHome: true }), 0, { signal });
      return { surface: toSurface(shown), parts: use.describePipeline(shown.surface).map(toPipelinePart) };
    },
  };
}

async function listVersions(
  { store }: SurfaceUseCases,
  request: serving.ListSurfaceVersionsRequest,
  { signal }: Pick<CallContext, 'signal'>,
): Promise<serving.ListSurfaceVersionsResponse> {
  const name = surfaceNameOf('name', request.name);
  const size = pageSize(request.pageSize, PAGE_SIZE);
  const question = `surface versions:${name}`;
  const place = placeOf(request.pageToken, question)?.[0];
  const before = place === undefined ? {} : { beforeVersion: Number(place) };
  const found = await store.versions({ name, ...before, limit: size + 1 }, { signal });
  const { rows, nextPageToken } = page(found, { size, question, placeAfter: ({ version }) => [version] });
  return { surfaces: rows.map(toSurfaceVersion), nextPageToken };
}
