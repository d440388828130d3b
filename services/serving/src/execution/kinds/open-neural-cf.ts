import type { Engine, OpenKind } from '../engine';
import { buildKeyIndex } from '../key-index';
import { countTensor, type RunnableGraph, rankingOf, rowsTensor, scoresOf } from '../open-graph';
import type { Job, JobAnswer } from '../protocol';

/** Opens `neural_cf`: one graph finds items for a user, another scores items that somebody else found. */
export const openNeuralCf: OpenKind = async (artifact, given) => {
  const tables = given ?? { form: 'users', userIndex: buildKeyIndex(await artifact.readUserKeys()) };
  const retrieval = await artifact.open(artifact.need('user_index'));
  const rank = await artifact.open(artifact.need('user_index', 'item_indices'));
  await artifact.verifyOthers();
  const engine: Engine = {
    batchLimit: 1,
    async run(jobs) {
      const answers: JobAnswer[] = [];
      for (const job of jobs) answers.push(await answer(retrieval.session, rank.session, job));
      return answers;
    },
  };
  return { tables, engine, nativeBytes: retrieval.model.byteLength + rank.model.byteLength };
};

async function answer(retrieval: RunnableGraph, rank: RunnableGraph, job: Job): Promise<JobAnswer> {
  if (job.do === 'by_user') {
    return rankingOf(
      await retrieval.run({ user_index: rowsTensor(Int32Array.of(job.row)), k: countTensor(job.count) }),
    );
  }
  if (job.do !== 'rank') throw new Error(`neural_cf has no graph for ${job.do}`);
  const user = rowsTensor(Int32Array.of(job.row));
  const { scores } = await rank.run({ user_index: user, item_indices: rowsTensor(job.rows) });
  return { rows: new Int32Array(0), scores: scoresOf(scores) };
}
