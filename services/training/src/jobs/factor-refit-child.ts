// The child process of one round of learning: reads a version and its data set, and learns some factors anew. Built, and started by
// its path.
import { strengthOf } from '@attune/contracts';
import { serveChild } from '@attune/jobs';
import { openObjectStore } from '@attune/object-store';
import { readInteractionTable } from '@attune/training-sets';
import type { LearnedFactors } from '../domain/factor-update';
import { refitFactors } from '../domain/refit-factors';
import type { FactorRefitInput } from './child-factor-refitter';
import { requireFits } from './memory';
import { readTrainedFactors } from './read-trained-factors';

serveChild<FactorRefitInput, LearnedFactors>(async (input, { signal }) => {
  const { digest, dataset, objectStoreUrl, memoryMb, interactions } = input;
  requireFits((dataset?.rowCount ?? 0) + interactions.length, memoryMb);
  await using objectStore = openObjectStore(objectStoreUrl);
  const trained = await readTrainedFactors(objectStore, digest, { signal });
  const table = dataset && (await readInteractionTable(objectStore, dataset.objectKeys, dataset.rowCount));
  return refitFactors(table, trained, input, strengthOf);
});
