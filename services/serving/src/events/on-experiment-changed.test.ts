import { TOPIC_CODECS } from '@attune/contracts';
import type { DeliveredRecord } from '@attune/event-log';
import type { ExperimentDefinition } from '@attune/experiments';
import { anExperiment, anExperimentMessage } from '../../tests/fixtures/an-experiment';
import { definitionOf } from '../grpc/experiment-mapping';
import { makeOnExperimentChanged } from './on-experiment-changed';

const record = (value: Uint8Array) => ({ value, key: 'exp-1' }) as unknown as DeliveredRecord;
const recordOf = (experiment: ReturnType<typeof anExperimentMessage> | undefined) =>
  record(TOPIC_CODECS.experiments.encode(TOPIC_CODECS.experiments.fromPartial({ eventId: 'e', experiment })).finish());

async function handled(...records: DeliveredRecord[]) {
  const changed: ExperimentDefinition[] = [];
  const dead: string[] = [];
  const handle = makeOnExperimentChanged({
    experiments: { changed: async (one) => void changed.push(one) },
    definitionOf,
  });
  await handle(records, { deadLetter: async (_, { code }) => void dead.push(code) });
  return { changed, dead };
}

describe('a change of an experiment', () => {
  it('is taken over with all that decides who is in it', async () => {
    const { changed } = await handled(recordOf(anExperimentMessage({ strategy: 'hybrid' })));
    expect(changed).toEqual([anExperiment({ strategy: 'hybrid' })]);
  });

  it('goes to the dead letters where it cannot be read, and the others are handled', async () => {
    const { changed, dead } = await handled(
      record(Uint8Array.of(255, 255)),
      recordOf(undefined),
      recordOf(anExperimentMessage()),
    );
    expect([changed.length, dead]).toEqual([1, ['invalid.event', 'invalid.event']]);
  });
});
