import { cacheFolder, whyNoKafka } from '@attune/devstack';
import { type OwnServers, startOwnServers } from '../support/own-servers';
import { ROOT } from '../support/root';
import { lineOf, runStorm } from '../support/storm/run-storm';
import { tempFolder } from '../support/temp-folder';

const SEED = Number(process.env.ATTUNE_TEST_STORM_SEED ?? 7);
const WEATHER = {
  'kill the broker': 3,
  'freeze the broker': 3,
  'restart the broker': 1,
  'kill a store': 2,
  'freeze a store': 2,
  'restart a store': 1,
  'kill the producer': 2,
  'freeze the producer': 1,
  'terminate a PostgreSQL backend': 2,
  'kill a PostgreSQL backend': 1,
  'kill Redis': 1,
  'freeze Redis': 1,
  'deliver twice': 2,
  'deliver late': 1,
  'deliver out of order': 1,
};

if (process.env.ATTUNE_TEST_KAFKA === '1') {
  const folder = tempFolder();
  let servers: OwnServers;

  beforeAll(async () => {
    servers = await startOwnServers(folder, { kafka: true });
  }, 300_000);

  afterAll(async () => {
    await servers?.[Symbol.asyncDispose]();
  }, 60_000);

  it(`loses and doubles nothing on Kafka in a storm of 24 faults (seed ${SEED})`, async () => {
    const verdict = await runStorm({ servers, seed: SEED, weather: WEATHER, callCount: 80, changeCount: 30 });
    process.stderr.write(`Kafka: ${lineOf(verdict)}\n`);
    expect(verdict).toMatchObject({ acknowledgedCount: 20_000, lost: 0, doubled: 0, differences: [] });
    expect(verdict.faultCount).toBe(24);
    expect(verdict.compared).toBeGreaterThan(15_000);
    expect(verdict.differencesByOne).not.toEqual([]);
  }, 420_000);
} else {
  it('says aloud that the storm on Kafka did not come', async () => {
    const reason = (await whyNoKafka(cacheFolder(ROOT, process.env))) ?? 'ATTUNE_TEST_KAFKA is not set to 1';
    process.stderr.write(`\nStorm on Kafka skipped: ${reason}\n`);
    expect(reason).not.toBe('');
  });
}
