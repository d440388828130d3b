import { loadSettings } from '@attune/config';
import { createClient, SERVICES } from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { featureStoreSettings, startFeatureStore } from '@attune/feature-store';
import type { RunningService } from '@attune/kit';
import { anInteraction, anItem, settingsOf, until, useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings } from '../support/attune-cli';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const folder = tempFolder();
const DAY = '2026-04-05';
const AFTER = Date.parse('2026-04-06T01:00:00Z');
let now = new Date(`${DAY}T10:00:00Z`);
let service: RunningService;
let surroundings: CliSurroundings;

beforeAll(async () => {
  const settings = { ...settingsOf(infra), ATTUNE_FEATURE_STORE_MAINTENANCE_MS: '100' };
  service = await startFeatureStore(loadSettings(featureStoreSettings, settings), { clock: () => now });
  surroundings = { addressSettings: { [addressSetting('feature-store')]: service.address }, folder };
  await using client = createClient({
    definition: SERVICES['feature-store'].definition,
    address: service.address,
    caller: 'e2e',
  });
  await client.upsertItems({ items: [anItem({ itemId: 'i1' })], requestId: '' });
  const interactions = Array.from({ length: 5 }, (_, n) => anInteraction({ userId: `u${n}` }));
  await client.recordInteractions({ interactions, producer: 'e2e' });
  await service.caughtUp();
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
});

interface Listed {
  readonly days: readonly { readonly table: string; readonly inDatabase?: boolean; readonly exportedAt?: string }[];
}

const isThere = (day: Listed['days'][number] | undefined) => day?.inDatabase === true;

/** Waits until the list of the days says so of the interactions. */
const untilListed = (what: string, is: (day: Listed['days'][number] | undefined) => boolean) =>
  until(what, async () =>
    is((await attuneJson<Listed>(surroundings, 'history')).days.find(({ table }) => table === 'interactions')),
  );

it('exports a day when it is over, lets it leave when it is old, and loads it back from the shell', async () => {
  expect((await attune(surroundings, 'history')).stdout).toMatch(
    new RegExp(
      `^day +table +rows +exported at +in the database\n${DAY}  entity_changes +1  - +yes\n${DAY}  interactions +5  - +yes\n$`,
    ),
  );
  now = new Date(AFTER);
  await untilListed('the day is exported', (day) => day?.exportedAt !== undefined);
  now = new Date(AFTER + 90 * 86_400_000);
  await untilListed('the day has left', (day) => !isThere(day));
  expect((await attune(surroundings, 'history')).stdout).toMatch(
    /interactions +5 {2}2026-04-06T01:00:00.000Z {2}no, since 2026-07-05/,
  );

  const back = await attune(surroundings, 'history', 'restore', '--day', DAY);
  expect(back.stdout).toBe(`${DAY} interactions: 5 rows are in the database again.\n`);
  await untilListed('the day is back', isThere);
  expect((await attune(surroundings, 'history', 'restore', '--day', DAY)).stdout).toMatch(/^Nothing was loaded/);
  now = new Date(now.getTime() + 86_400_000);
  await untilListed('the day has left again', (day) => !isThere(day));
});

it('says what is wrong with a day that is none', async () => {
  const refused = await attune(surroundings, 'history', 'restore', '--day', 'yesterday');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('must be a day such as 2026-11-26');
});
