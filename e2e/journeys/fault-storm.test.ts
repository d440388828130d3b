import { type OwnServers, startOwnServers } from '../support/own-servers';
import { lineOf, runStorm } from '../support/storm/run-storm';
import { tempFolder } from '../support/temp-folder';

const SEED = Number(process.env.ATTUNE_TEST_STORM_SEED ?? 7);
const WEATHER = {
  'kill a store': 16,
  'freeze a store': 18,
  'restart a store': 6,
  'kill the producer': 14,
  'freeze the producer': 14,
  'terminate a PostgreSQL backend': 24,
  'kill a PostgreSQL backend': 5,
  'freeze a PostgreSQL backend': 16,
  'kill Redis': 9,
  'freeze Redis': 15,
  'deliver twice': 25,
  'deliver late': 20,
  'deliver out of order': 20,
};
const folder = tempFolder();
let servers: OwnServers;

beforeAll(async () => {
  servers = await startOwnServers(folder);
}, 60_000);

afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
});

it(`loses and doubles nothing in a storm of more than 200 faults (seed ${SEED})`, async () => {
  const verdict = await runStorm({ servers, seed: SEED, weather: WEATHER, callCount: 800, changeCount: 150 });
  process.stderr.write(`${lineOf(verdict)}\n`);
  expect(verdict).toMatchObject({ acknowledgedCount: 200_000, lost: 0, doubled: 0, differences: [] });
  expect(verdict.faultCount).toBeGreaterThanOrEqual(200);
  expect(verdict.compared).toBeGreaterThan(15_000);
  expect(verdict.differencesByOne).not.toEqual([]);
}, 420_000);
