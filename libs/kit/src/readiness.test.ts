import { recordingLogger } from '../tests/recording-logger';
import { type Probe, type ReadinessWatch, watchReadiness } from './readiness';

const HOUR_MS = 3_600_000;
const watches: ReadinessWatch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch[Symbol.dispose]();
});

/** A watch that only a test's own rounds move, and what it told. */
function aWatch(probes: readonly Probe[], timeoutMs = 1_000) {
  const told: boolean[] = [];
  const onChange = (isReady: boolean) => void told.push(isReady);
  const logger = recordingLogger();
  const watch = watchReadiness({ probes, logger, onChange, intervalMs: HOUR_MS, timeoutMs, failuresToGiveUp: 3 });
  watches.push(watch);
  return { watch, told, logger };
}

describe('watchReadiness', () => {
  it('gives up after the third failure in a row, and comes back with the first answer', async () => {
    let isUp = false;
    const check = () => (isUp ? Promise.resolve() : Promise.reject(new Error('down')));
    const { watch, told, logger } = aWatch([{ name: 'postgres', check }]);
    for (let round = 0; round < 2; round++) await watch.round();
    expect(told).toEqual([]);
    for (let round = 0; round < 2; round++) await watch.round();
    expect(told).toEqual([false]);
    isUp = true;
    await watch.round();
    expect(told).toEqual([false, true]);
    expect(logger.records.map(({ level }) => level)).toEqual(['warn', 'error', 'info']);
  });

  it('forgives failures with an answer in between', async () => {
    let round = 0;
    const check = () => (++round % 3 === 0 ? Promise.resolve() : Promise.reject(new Error('down')));
    const { watch, told } = aWatch([{ name: 'redis', check }]);
    for (let n = 0; n < 9; n++) await watch.round();
    expect(told).toEqual([]);
  });

  it('counts a dependency that never answers as down', async () => {
    const { watch, told } = aWatch([{ name: 'hangs', check: () => new Promise(() => undefined) }], 5);
    for (let round = 0; round < 3; round++) await watch.round();
    expect(told).toEqual([false]);
  });

  it('is silent once it is disposed', async () => {
    const { watch, told } = aWatch([{ name: 'postgres', check: () => Promise.reject(new Error('down')) }]);
    watch[Symbol.dispose]();
    for (let round = 0; round < 3; round++) await watch.round();
    expect(told).toEqual([]);
  });
});
