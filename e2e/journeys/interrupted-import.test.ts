import { join } from 'node:path';
import { useInfra } from '@attune/testkit';
import { type CliSurroundings, type ImportReport, spawnAttune } from '../support/attune-cli';
import { checkpointedRows, importPassed } from '../support/import-progress';
import { generatedRows, writeCsv } from '../support/interactions-file';
import { type ProcessFleet, startProcessFleet } from '../support/process-fleet';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const ROWS = 20_000;
let fleet: ProcessFleet;

beforeAll(async () => {
  fleet = await startProcessFleet({ infra, services: ['feature-store', 'serving'] });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

describe.each(['SIGINT', 'SIGKILL'] as const)('an import that ends by %s in its middle', (signal) => {
  const folder = tempFolder();
  // Its own users, so that both cases count their own events in one store.
  const rows = generatedRows(ROWS).map((row) => ({ ...row, user: `${signal}-${row.user}` }));
  const file = writeCsv(join(folder, 'rows.csv'), rows);
  const startImport = () => spawnAttune(surroundings(folder), 'import', file, '--batch', '200', '--json');
  let countBefore: number;

  beforeAll(async () => {
    countBefore = (await fleet.settledStats()).interactionCount;
    const { child, ended } = startImport();
    await importPassed(2_000, folder);
    child.kill(signal);
    const { exitCode } = await ended;
    expect(exitCode).not.toBe(0);
  });

  it('leaves a checkpoint behind what was answered', async () => {
    const { interactionCount } = await fleet.settledStats();
    expect(checkpointedRows(folder)).toBeGreaterThanOrEqual(2_000);
    expect(checkpointedRows(folder)).toBeLessThan(ROWS);
    expect(interactionCount - countBefore).toBeGreaterThanOrEqual(checkpointedRows(folder));
  });

  it('goes on where it stopped and ends with exactly the right count', async () => {
    const resumedAt = checkpointedRows(folder);
    const { stdout, exitCode } = await startImport().ended;
    expect(exitCode).toBe(0);
    const { interactions } = JSON.parse(stdout) as { interactions: ImportReport };
    expect(interactions).toMatchObject({ rows: ROWS, rejected: 0, resumedAt });
    expect(interactions.accepted + interactions.duplicates).toBe(ROWS);
    expect((await fleet.settledStats()).interactionCount - countBefore).toBe(ROWS);
  });
});

function surroundings(folder: string): CliSurroundings {
  return { addressSettings: fleet.addressSettings, folder };
}
