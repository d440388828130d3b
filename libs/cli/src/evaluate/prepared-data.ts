import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { EvaluationData } from './evaluation-data';

/** Data in a file that several processes read, so that it is parsed once. Gone when disposed of. */
export interface PreparedData extends AsyncDisposable {
  readonly path: string;
}

/** Writes data for the processes that train on it. */
export async function prepareData(data: EvaluationData): Promise<PreparedData> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-evaluate-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'data.bin');
    await writeFile(path, serialize(data));
    return { path, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Reads what `prepareData` wrote. */
export async function readPreparedData(path: string): Promise<EvaluationData> {
  return deserialize(await readFile(path)) as EvaluationData;
}
