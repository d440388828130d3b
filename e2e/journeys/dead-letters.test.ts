import { randomUUID } from 'node:crypto';
import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { openEventLog } from '@attune/event-log';
import { anInteraction, settingsOf, useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const folder = tempFolder();
const TOPIC = TOPICS.interactions.name;
let fleet: Fleet;
let surroundings: CliSurroundings;

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store'] });
  surroundings = { addressSettings: fleet.addressSettings, folder };
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

interface Listed {
  readonly deadLetters: readonly { readonly id: string; readonly reason: string; readonly redrivenAt?: string }[];
}

/** A producer of another make appends what the feature-store would have refused at its door. */
async function appendAround(...values: readonly Uint8Array[]): Promise<void> {
  const { ATTUNE_NAMESPACE } = settingsOf(infra);
  await using log = await openEventLog({ redisUrl: infra.redisUrl, topicPrefix: ATTUNE_NAMESPACE!, clientId: 'e2e' });
  await log.append(
    TOPIC,
    values.map((value) => ({ key: 'u-dead', value, headers: { 'event-type': 'like' } })),
  );
  await fleet.caughtUp();
}

it('lists, shows and redrives from the shell what could not be handled', async () => {
  expect((await attune(surroundings, 'dlq', 'list')).stdout).toBe('No dead letters.\n');
  const interaction = anInteraction({ userId: 'u-dead', itemId: '', eventId: randomUUID() });
  const acceptedAt = new Date();
  const decodable = TOPIC_CODECS.interactions.encode({ interaction, acceptedAt, producer: 'e2e', flags: [] }).finish();
  await appendAround(Buffer.from('no message at all'), decodable);

  const { deadLetters } = await attuneJson<Listed>(surroundings, 'dlq', 'list', '--topic', TOPIC);
  expect(deadLetters).toHaveLength(2);
  const { stdout: table } = await attune(surroundings, 'dlq', 'list');
  for (const { id, reason } of deadLetters) expect(table).toMatch(new RegExp(`${id}.*${reason.slice(0, 20)}`));
  expect(table).not.toContain('u-dead');

  const contents = await Promise.all(deadLetters.map(({ id }) => attune(surroundings, 'dlq', 'show', id)));
  const all = contents.map(({ stdout }) => stdout).join('\n');
  expect(all).toContain(`"eventId": "${interaction.eventId}"`);
  expect(all).toContain('17 bytes that cannot be decoded');
  expect(all).toContain('header event-type: like');

  const first = await attune(surroundings, 'dlq', 'redrive', deadLetters[0]!.id);
  expect(first.stdout).toBe('1 redriven, 0 had been before.\n');
  await fleet.caughtUp();
  const rest = await attune(surroundings, 'dlq', 'redrive', '--topic', TOPIC);
  // the first could not be handled again: it is a dead letter of its own now
  expect(rest.stdout).toBe('2 redriven, 1 had been before.\n');
});

it('says what is missing when neither ids nor a topic are named', async () => {
  const { exitCode, stderr } = await attune(surroundings, 'dlq', 'redrive');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('name either ids of dead letters or a topic')]);
});
