import { join } from 'node:path';
import { openObjectStore } from '@attune/object-store';
import { writeArtifact } from '@attune/onnx';
import { useInfra } from '@attune/testkit';
import { ChildChallengerProver } from '../src/jobs/child-challenger-prover';
import { readLabelledExamples } from '../src/jobs/read-labelled-examples';
import type { ProofRequest, ProvedVersion } from '../src/learning-ports';
import type { Dataset } from '../src/ports';
import { writeExamples } from './labelled-examples';
import { fitPredictor } from './sabotage/predictors';
import type { Content } from './sabotage/rankers';

jest.setTimeout(120_000);
const infra = useInfra();
const objectStore = openObjectStore(infra.objectStoreUrl);
/** Examples are a millisecond apart. */
const at = (row: number) => new Date(1.7e12 + row);

const prover = new ChildChallengerProver({
  modulePath: join(__dirname, '..', 'dist', 'jobs', 'proof-child.js'),
  objectStoreUrl: infra.objectStoreUrl,
  memoryMb: 2_000,
});

async function version(number: number, content: Content, learnedRows: number): Promise<ProvedVersion> {
  const { digest, sizeBytes } = await writeArtifact(objectStore, content);
  return { version: number, digest, sizeBytes, trainedTo: at(learnedRows), metrics: content.metrics };
}

async function trained(dataset: Dataset): Promise<Content> {
  return fitPredictor({ ...(await readLabelledExamples(objectStore, dataset)), schemaHash: 'schema' }, 1);
}

describe('the process of a proof', () => {
  let request: Omit<ProofRequest, 'signal'>;
  let sound: Content;

  beforeAll(async () => {
    const [first, trainedOn, exam] = await Promise.all(
      [2_000, 3_000, 4_000].map((rowCount) =>
        writeExamples(infra.objectStoreUrl, `examples-${rowCount}`, { rowCount }),
      ),
    );
    sound = await trained(trainedOn!);
    request = {
      ...{ trainer: 'engagement', trainedOn: trainedOn!, exam: exam!, heldOutFrom: at(3_000) },
      champion: await version(1, await trained(first!), 2_000),
      challenger: await version(2, sound, 2_999),
    };
  });

  it('asks champion and challenger about the examples that were held back, and makes every check', async () => {
    const { checks, measurement } = await prover.prove({ ...request, signal: new AbortController().signal });
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual([
      ...['future', 'rows', 'features', 'leak', 'size', 'numbers', 'reproduced', 'latency'],
      ...['better', 'segments', 'calibration'],
    ]);
    expect(measurement).toMatchObject({ comparisons: [{ opponent: '1', method: 'artifact' }, { method: 'baseline' }] });
  });

  it('finds what is wrong with a challenger', async () => {
    const features = [...sound.features!].reverse();
    const challenger = await version(3, { ...sound, features }, 2_999);
    const { checks } = await prover.prove({ ...request, challenger, signal: new AbortController().signal });
    expect(checks.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual(['features']);
  });

  it('says of a process that dies that nothing came of it', async () => {
    const dying = new ChildChallengerProver({
      modulePath: join(__dirname, 'dying-child.js'),
      objectStoreUrl: infra.objectStoreUrl,
      memoryMb: 2_000,
    });
    await expect(dying.prove({ ...request, signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'internal.proof_crashed',
    });
  });
});

afterAll(() => objectStore[Symbol.asyncDispose]());
