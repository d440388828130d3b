import { TRAINERS } from '../../domain/trainers';
import type { ToldAlert } from '../../learning-ports';
import { makeGatherFacts } from './gather-facts';

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
const alert = (kind: string, hour: number, more: Partial<ToldAlert> = {}): ToldAlert => ({
  ...{
    alertId: `${kind} ${hour}`,
    model: 'als',
    kind,
    summary: '',
    startedAt: at(hour),
    isOpen: true,
    changedAt: at(hour),
  },
  ...more,
});

/** What is known of `als`, of which version 4 is in production. */
async function factsOf(...alerts: ToldAlert[]) {
  const production = { ref: { model: 'als', version: 4, digest: 'd' }, trainedTo: at(0) };
  const gatherFacts = makeGatherFacts({
    registry: { summaries: async () => [{ model: 'als', production }] as never },
    cycles: { newest: async () => new Map() },
    alerts: { known: async () => alerts },
    arrivals: { counts: async () => ({ since: 5, before: 50 }) },
    trainers: TRAINERS,
  });
  const [facts] = await gatherFacts('als');
  return facts!;
}

describe('what is known of a model', () => {
  it('has the open alerts about the version in production, or about no version', async () => {
    const [own, any] = [alert('concept_drift', 1, { version: '4' }), alert('calibration', 2)];
    const { alerts } = await factsOf(own, any, alert('concept_drift', 3, { version: '3' }), alert('latency', 4));
    expect(alerts).toEqual([own, any]);
  });

  it('has the beginning of a shift of taste, whichever version was there then', async () => {
    const before = alert('concept_drift', 1, { version: '3' });
    expect((await factsOf(alert('concept_drift', 3), before)).shiftedAt).toEqual(at(1));
  });

  it('knows of a shift whose alert is over while what serves has learned nothing since', async () => {
    const over = { isOpen: false };
    const { alerts, shiftedAt } = await factsOf(alert('concept_drift', 1, over));
    expect({ alerts, shiftedAt }).toEqual({ alerts: [], shiftedAt: at(1) });
    expect((await factsOf(alert('concept_drift', -1, over))).shiftedAt).toBeUndefined();
  });

  it.each([
    ['features drift', alert('feature_drift', 1)],
    ['answers are slow', alert('latency', 1)],
    ['another model drifts', alert('concept_drift', 1, { model: 'popularity' })],
  ])('knows of no shift where %s', async (_, other) => {
    expect((await factsOf(other)).shiftedAt).toBeUndefined();
  });
});
