import type { training } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { Trainer } from '../domain/trainer';
import type { FeatureProfiles, ModelRegistry } from '../ports';
import type { makeListModels } from '../use-cases/list-models';
import type { makePromoteModel, makeRollbackModel } from '../use-cases/promote-model';
import { stageFromWire, termsOfPromotion, toChange, toVersion, versionFromWire } from './mapping';
import { toProfile } from './profile-mapping';

type ModelHandlers = Pick<
  Handlers<training.TrainingServiceServer>,
  'listModels' | 'listModelVersions' | 'getFeatureProfile' | 'promoteModel' | 'rollbackModel' | 'getProductionHistory'
>;

/** Handlers of the RPCs about models. */
export function makeModelHandlers(use: {
  readonly registry: ModelRegistry;
  readonly profiles: FeatureProfiles;
  readonly trainers: ReadonlyMap<string, Trainer>;
  readonly listModels: ReturnType<typeof makeListModels>;
  readonly promoteModel: ReturnType<typeof makePromoteModel>;
  readonly rollbackModel: ReturnType<typeof makeRollbackModel>;
}): ModelHandlers {
  return {
    listModels: async (request) => {
      const size = pageSize(request.pageSize, 50);
      const question = 'models';
      const after = placeOf(request.pageToken, question)?.[0];
      const models = (await use.listModels()).filter((model) => after === undefined || model.name > String(after));
      const { rows, nextPageToken } = page(models, { size, question, placeAfter: (model) => [model.name] });
      return {
        models: rows.map(({ name, description, defaults, summary }) => ({
          name,
          description,
          defaultSettings: { values: defaults },
          versionCount: summary?.versionCount ?? 0,
          latest: summary && toVersion(summary.latest),
          production: summary?.production && toVersion(summary.production),
          canary: summary?.canary && toVersion(summary.canary),
          shadows: summary?.shadows.map(toVersion) ?? [],
        })),
        nextPageToken,
      };
    },
    listModelVersions: async (request) => {
      const size = pageSize(request.pageSize, 50);
      const question = `versions:${request.model}:${request.stage}`;
      const place = placeOf(request.pageToken, question);
      const stage = stageFromWire(request.stage);
      const found = await use.registry.versions({
        model: request.model,
        ...(stage === undefined ? {} : { stage }),
        ...(place === undefined ? {} : { beforeVersion: Number(place[0]) }),
        limit: size + 1,
      });
      const { rows, nextPageToken } = page(found, {
        size,
        question,
        placeAfter: (version) => [version.ref.version],
      });
      return { versions: rows.map(toVersion), nextPageToken };
    },
    getFeatureProfile: async ({ model, version }) => {
      const { ref } = await use.registry.get(model, versionFromWire(version));
      return toProfile(ref, await use.profiles.of(ref));
    },
    promoteModel: async (request, { caller }) => {
      const version = versionFromWire(request.version);
      const promoted = await use.promoteModel({
        model: request.model,
        ...(version === undefined ? {} : { version }),
        to: stageFromWire(request.stage) ?? 'production',
        actor: caller ?? 'unknown',
        reason: request.reason,
        canaryShare: request.canaryShare,
        terms: termsOfPromotion(request),
      });
      return { version: toVersion(promoted.version) };
    },
    rollbackModel: async (request, { caller }) => ({
      version: toVersion(
        await use.rollbackModel({ model: request.model, actor: caller ?? 'unknown', reason: request.reason }),
      ),
    }),
    getProductionHistory: async (request) => {
      if (request.at !== undefined) {
        const change = await use.registry.inProductionAt(request.model, request.at);
        return { changes: change === undefined ? [] : [toChange(change)], nextPageToken: '' };
      }
      const size = pageSize(request.pageSize, 50);
      const question = `history:${request.model}`;
      const place = placeOf(request.pageToken, question);
      const found = await use.registry.history({
        model: request.model,
        ...(place === undefined ? {} : { beforeSequence: Number(place[0]) }),
        limit: size + 1,
      });
      const { rows, nextPageToken } = page(found, { size, question, placeAfter: (change) => [change.sequence] });
      return { changes: rows.map(toChange), nextPageToken };
    },
  };
}
