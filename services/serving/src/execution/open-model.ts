import { AppError } from '@attune/errors';
import type { ObjectStore } from '@attune/object-store';
import { type Manifest, openArtifact } from '@attune/onnx';
import type { ModelRef } from '../domain/decision';
import type { ModelKind } from '../model-ports';
import type { Engine, OpenKind } from './engine';
import { bytesOfIndex } from './key-index';
import { openAls } from './kinds/open-als';
import { openEngagement } from './kinds/open-engagement';
import { openMf } from './kinds/open-mf';
import { openNeighbors } from './kinds/open-neighbors';
import { openNeuralCf } from './kinds/open-neural-cf';
import { openPopularity } from './kinds/open-popularity';
import type { ModelTables } from './model-tables';
import type { ModelFacts } from './protocol';
import { VerifiedArtifact } from './verified-artifact';

/** A model that was verified and is warm. */
export interface ServableModel {
  readonly facts: ModelFacts;
  readonly tables: ModelTables;
  readonly itemIds: readonly string[];
  readonly engine: Engine | undefined;
}

const OPENERS: Readonly<Record<ModelKind, OpenKind>> = {
  als: openAls,
  popularity: openPopularity,
  item_item: openNeighbors,
  content: openNeighbors,
  neural_cf: openNeuralCf,
  engagement: openEngagement,
  mf: openMf,
};

/**
 * Opens the artifact with that digest, and no other: every file checked, golden vectors answered again, each graph run. Blocks its
 * thread, so it runs in a worker.
 */
export async function openModel(store: ObjectStore, ref: ModelRef, given?: ModelTables): Promise<ServableModel> {
  const artifact = await openArtifact(store, ref.digest);
  const { manifest } = artifact;
  const open = openerOf(manifest.modelKind);
  requireUserKeys(manifest);
  const { tables, engine, nativeBytes, note = '' } = await open(new VerifiedArtifact(artifact), given);
  // ids are read even where another worker has sent them: a copy that is damaged must not pass
  const itemIds = await artifact.readItemIds();
  const facts: ModelFacts = {
    kind: manifest.modelKind,
    itemCount: itemIds.length,
    userCount: manifest.users?.count ?? 0,
    trainedAtMs: Date.parse(manifest.createdAt),
    features: manifest.features ?? [],
    labels: manifest.labels ?? [],
    tableBytes: nativeBytes + bytesOfTables(tables),
    needsWorkers: engine !== undefined,
    batchLimit: engine?.batchLimit ?? 1,
    note,
  };
  return { facts, tables, itemIds, engine };
}

function openerOf(kind: string): OpenKind {
  const open = (OPENERS as Readonly<Record<string, OpenKind | undefined>>)[kind];
  if (open !== undefined) return open;
  const why =
    kind === 'hybrid'
      ? 'a hybrid is not served as one: serving blends its parts itself, each on its own; train and promote the parts'
      : `serving cannot use models of the kind "${kind}"; it knows ${Object.keys(OPENERS).join(', ')}`;
  throw new AppError('failed_precondition.model_kind', why);
}

// An index of plain ids would know nobody, for users are looked up by their keyed hash; and such ids belong nowhere.
function requireUserKeys({ users, userIdentity }: Manifest): void {
  if (users === undefined || userIdentity === 'user_key') return;
  throw new AppError(
    'failed_precondition.user_identity',
    'the artifact knows users by their plain ids, not by keyed hashes: it is from before there were any; train the model again',
  );
}

function bytesOfTables(tables: ModelTables): number {
  switch (tables.form) {
    case 'factors': {
      const { items, users, inverseLengths, userIndex } = tables;
      return items.byteLength + users.byteLength + inverseLengths.byteLength + bytesOfIndex(userIndex);
    }
    case 'popularity':
      return tables.scores.byteLength + tables.order.byteLength;
    case 'neighbors': {
      const parts = [...new Set([tables.history, tables.similar])];
      return parts.reduce((sum, { rows, weights }) => sum + weights.byteLength + (rows?.byteLength ?? 0), 0);
    }
    case 'users':
      return bytesOfIndex(tables.userIndex);
    default:
      return tables satisfies never;
  }
}
