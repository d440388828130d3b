import type { EventRecord } from '@attune/event-log';
import { aSelection } from '../../tests/fixtures/domain';
import { policyEventOf } from './policy-event-proto';
import { SelectionBuffer } from './publish-selection';

const silent = { warn: () => undefined };

function aLog(failures: number) {
  const records: EventRecord[] = [];
  let left = failures;
  const append = async (_: string, added: readonly EventRecord[]) => {
    if (left-- > 0) throw new Error('away');
    records.push(...added);
  };
  return { records, eventLog: { append } };
}

describe('SelectionBuffer', () => {
  it('has every choice in the log when it is drained, in their order, though the log was away', async () => {
    const { records, eventLog } = aLog(1);
    const buffer = new SelectionBuffer({ eventLog, maxWaiting: 10, logger: silent });
    for (const policy of ['a', 'b', 'c']) buffer.publish(aSelection({ policy }), false);
    await buffer.drain(5_000);
    expect(records.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  });

  it('says behind the choices of a batch, for each policy at once, which outcomes are due at once', async () => {
    const { records, eventLog } = aLog(0);
    const buffer = new SelectionBuffer({ eventLog, maxWaiting: 10, logger: silent });
    const [first, second, later] = [1, 2, 3].map((at) => `019dd5a0-6c00-7abc-8def-00000000000${at}`);
    buffer.publish(aSelection({ policy: 'a', decisionId: first! }), true);
    buffer.publish(aSelection({ policy: 'b', decisionId: later! }), false);
    buffer.publish(aSelection({ policy: 'a', decisionId: second! }), true);
    await buffer.drain(5_000);
    expect(records.map(({ value }) => policyEventOf(value))).toMatchObject([
      { kind: 'selected', policy: 'a' },
      { kind: 'selected', policy: 'b' },
      { kind: 'selected', policy: 'a' },
      { kind: 'due', policy: 'a', decisionIds: [first, second] },
    ]);
  });

  it('takes no more than it has room for', async () => {
    const { records, eventLog } = aLog(0);
    const buffer = new SelectionBuffer({ eventLog, maxWaiting: 2, logger: silent });
    for (const policy of ['a', 'b', 'c']) buffer.publish(aSelection({ policy }), false);
    await buffer.drain(5_000);
    expect(records.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('gives up at the end of its time, and says how many were lost', async () => {
    const { eventLog } = aLog(Number.POSITIVE_INFINITY);
    const said: object[] = [];
    const buffer = new SelectionBuffer({ eventLog, maxWaiting: 10, logger: { warn: (facts) => said.push(facts) } });
    buffer.publish(aSelection(), false);
    await buffer.drain(1);
    expect(said.at(-1)).toEqual({ lost: 1 });
  });
});
