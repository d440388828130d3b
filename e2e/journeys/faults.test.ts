import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serving } from '@attune/contracts';
import { type ImportReport, spawnAttune } from '../support/attune-cli';
import { importPassed } from '../support/import-progress';
import { differences, expectedFeatures, generatedRows, writeCsv } from '../support/interactions-file';
import { type OwnServers, restart, startOwnServers } from '../support/own-servers';
import { type ProcessFleet, startProcessFleet } from '../support/process-fleet';
import { readFeatures } from '../support/read-features';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const ROWS = 20_000;
const folder = tempFolder();
const rows = generatedRows(ROWS);
const file = writeCsv(join(folder, 'rows.csv'), rows);
const expected = expectedFeatures(rows);
let servers: OwnServers;

beforeAll(async () => {
  servers = await startOwnServers(folder);
});

afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
});

type Fault = (fleet: ProcessFleet) => Promise<void>;

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['the feature-store is killed and started again', killFeatureStore],
  ['serving is killed and started again', killServing],
  ['PostgreSQL crashes and comes back', () => restart(servers.postgres)],
  ['PostgreSQL is restarted in order', () => restart(servers.postgres, 'SIGINT')],
  ['Redis crashes and comes back', () => restart(servers.redis)],
];

describe.each(FAULTS)('while an import runs and %s', (name, strike) => {
  it('the import ends, and counts and features are exactly those of the file', async () => {
    await using fleet = await startProcessFleet({ infra: servers.infra(), services: ['feature-store', 'serving'] });
    const report = await importUnder(fleet, { folder: join(folder, name), strike });
    expect(report).toMatchObject({ rows: ROWS, rejected: 0 });
    expect(report.accepted + report.duplicates).toBe(ROWS);
    expect((await fleet.settledStats()).interactionCount).toBe(ROWS);
    expect(differences(expected.users, await featuresOf(fleet, 'users'))).toEqual([]);
    expect(differences(expected.items, await featuresOf(fleet, 'items'))).toEqual([]);
    expect(await seenAgain(fleet, 'u1')).toEqual([]);
  });
});

/** Imports the file, strikes when a third of it is in, and resolves to the sums. */
async function importUnder(
  fleet: ProcessFleet,
  { folder: own, strike }: { readonly folder: string; readonly strike: Fault },
): Promise<ImportReport> {
  mkdirSync(own, { recursive: true });
  const surroundings = { addressSettings: fleet.addressSettings, folder: own };
  const { ended } = spawnAttune(surroundings, 'import', file, '--batch', '500', '--json');
  await importPassed(ROWS / 3, own);
  await strike(fleet);
  const { stdout, exitCode } = await ended;
  if (exitCode !== 0) throw new Error(`the import failed: ${stdout}`);
  return (JSON.parse(stdout) as { interactions: ImportReport }).interactions;
}

function featuresOf(fleet: ProcessFleet, entity: 'users' | 'items') {
  const wanted = expected[entity];
  const names = Object.keys(wanted.values().next().value!);
  return readFeatures(fleet.client('feature-store'), entity, { ids: [...wanted.keys()], names });
}

/** Items of a slate that the user has seen by the file: the seen filter of serving must know each of them. */
async function seenAgain(fleet: ProcessFleet, userId: string): Promise<readonly string[]> {
  const request = serving.RecommendRequest.fromPartial({ userId, count: 100 });
  const slate = await fleet.client('serving').recommend(request);
  const seen = new Set(rows.filter(({ user }) => user === userId).map(({ item }) => item));
  expect(seen.size).toBeGreaterThan(0);
  expect(slate.items.length).toBe(100);
  return slate.items.map(({ itemId }) => itemId).filter((itemId) => seen.has(itemId));
}

async function killFeatureStore(fleet: ProcessFleet): Promise<void> {
  await fleet.process('feature-store').kill();
  await fleet.process('feature-store').start();
}

async function killServing(fleet: ProcessFleet): Promise<void> {
  await fleet.process('serving').kill();
  await fleet.process('serving').start();
}
