import { AppError } from '@attune/errors';
import type { OpenKind } from '../engine';
import { type PopularityTables, sharedFloats, sharedInts } from '../model-tables';
import { countTensor, rankingOf } from '../open-graph';

/** Opens `popularity`: its whole ranking is asked once, so that no request needs the graph again. */
export const openPopularity: OpenKind = async (artifact) => {
  const { session } = await artifact.open(artifact.need());
  const itemCount = artifact.manifest.items.count;
  const ranking = rankingOf(await session.run({ k: countTensor(itemCount) }));
  await session.close();
  if (ranking.rows.length !== itemCount || new Set(ranking.rows).size !== itemCount) {
    throw new AppError('data_loss.artifact', 'the graph of popularity does not rank each of its items once');
  }
  return { tables: tablesOf(ranking.rows, ranking.scores), nativeBytes: 0 };
};

function tablesOf(rows: Int32Array, ranked: Float32Array): PopularityTables {
  const order = sharedInts(rows.length);
  const scores = sharedFloats(rows.length);
  order.set(rows);
  let sum = 0;
  for (let place = 0; place < rows.length; place++) {
    scores[rows[place]!] = ranked[place]!;
    sum += ranked[place]!;
  }
  const mean = sum / rows.length;
  let squares = 0;
  for (const score of scores) squares += (score - mean) ** 2;
  return { form: 'popularity', scores, order, mean, deviation: Math.sqrt(squares / rows.length) };
}
