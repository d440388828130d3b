import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { PlatformOf } from '@attune/kit';
import { DEVELOPMENT_SECRET } from '@attune/privacy';
import type { FeatureStoreConfig } from './config';
import { ChildExamplesBuilder } from './jobs/child-examples-builder';
import { buildingPrefix } from './storage/dataset-folder';
import type { ExamplesBuilder } from './training-set-ports';

/** Children are started from what was built, also where the sources run. */
const CHILD = join(__dirname, '..', 'dist', 'training-set-child.js');

/** Opens what builds labelled examples in a child process with connections of its own. */
export function openExamplesBuilder(
  config: FeatureStoreConfig,
  { database, objectStore }: PlatformOf<'object-store', string>,
): ExamplesBuilder {
  return new ChildExamplesBuilder({
    modulePath: CHILD,
    databaseUrl: config.databaseUrl!,
    schema: database.schema,
    objectStoreUrl: config.objectStoreUrl!,
    privacySecret: config.privacySecret ?? DEVELOPMENT_SECRET,
    stateBytes: config.replayStateMb * 2 ** 20,
    threads: config.replayThreads,
    newBuildId: randomUUID,
    removeUnfinished: (buildId) => objectStore.deletePrefix(buildingPrefix(buildId)),
  });
}
