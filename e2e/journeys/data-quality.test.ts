import { join } from 'node:path';
import { anInteraction, until, useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings, type ImportReport } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { generatedRows, writeCsv } from '../support/interactions-file';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const folder = tempFolder();
let fleet: Fleet;
let surroundings: CliSurroundings;

beforeAll(async () => {
  fleet = await startFleet({
    ...{ infra, services: ['feature-store'] },
    settings: { ATTUNE_FEATURE_STORE_QUALITY_FLUSH_MS: '50', ATTUNE_FEATURE_STORE_QUARANTINE_POLL_MS: '50' },
  });
  surroundings = { addressSettings: fleet.addressSettings, folder };
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const send = (producer: string) =>
  fleet.client('feature-store').recordInteractions({ interactions: [anInteraction()], producer });
const isRefused = (producer: string) =>
  send(producer).then(
    () => false,
    () => true,
  );

it('shows who sends and what comes in, keeps one producer out and lets it in again, from the shell', async () => {
  expect((await attune(surroundings, 'producers')).stdout).toBe('No producer was heard of yet.\n');
  await send('web');
  const table = await until('the producer is heard of', async () => {
    const { stdout } = await attune(surroundings, 'producers', 'list');
    return stdout.includes('web') && stdout;
  });
  expect(table).toMatch(/^web +1 +0 +-/m);

  const quarantine = await attune(surroundings, 'producers', 'quarantine', 'web', '--for', '1h', '--reason', 'a test');
  expect(quarantine.stdout).toMatch(/^web is in quarantine until 2.*: a test\n$/);
  await until('the quarantine holds', () => isRefused('web'));
  await send('app');
  expect((await attune(surroundings, 'producers')).stdout).toMatch(/^web .*a test$/m);

  const release = await attune(surroundings, 'producers', 'release', 'web');
  expect(release.stdout).toBe('web is not in quarantine.\n');
  await until('the producer is let in', async () => !(await isRefused('web')));

  const { stdout: measured } = await attune(surroundings, 'quality', '--producer', 'web');
  expect(measured).toMatch(/"web": \d+ events accepted so far, the hour is not over/);
  const { findings } = await attuneJson<{ findings: { measure: string }[] }>(surroundings, 'quality', '--limit', '2');
  expect(findings).toHaveLength(2);
  // The hour is not over, and nothing is known of hours before.
  expect((await attune(surroundings, 'quality', '--anomalies')).stdout).toBe('Nothing out of the ordinary.\n');
});

it('says what is wrong with a length of time and with a producer that nobody heard of', async () => {
  const soon = attune(surroundings, 'producers', 'quarantine', 'web', '--for', 'soon', '--reason', 'a test');
  await expect(soon).rejects.toThrow('must be a length of time such as 90s, 15m, 1h or 2d');
  const { exitCode, stderr } = await attune(surroundings, 'producers', 'release', 'nobody');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('no producer "nobody" was heard of')]);
});

it('stops the import of a producer in quarantine with the reason, and goes on where it stopped', async () => {
  const file = writeCsv(join(folder, 'later.csv'), generatedRows(500));
  const name = 'import:later.csv';
  await attune(surroundings, 'producers', 'quarantine', name, '--for', '10m', '--reason', 'wrong file');
  await until('the quarantine holds', () => isRefused(name));
  const stopped = await attune(surroundings, 'import', file);
  expect([stopped.exitCode, stopped.stderr]).toEqual([1, expect.stringContaining('wrong file')]);
  await attune(surroundings, 'producers', 'release', name);
  await until('the producer is let in', async () => !(await isRefused(name)));
  const { interactions } = await attuneJson<{ interactions: ImportReport }>(surroundings, 'import', file, '--no-wait');
  expect(interactions).toMatchObject({ rows: 500, accepted: 500, duplicates: 0, rejected: 0 });
});
