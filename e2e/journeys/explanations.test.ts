import type { serving } from '@attune/contracts';
import { useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation } from '../support/load-simulation';
import { trainAndPromote } from '../support/train';

jest.setTimeout(60_000);
const infra = useInfra();
const USER = 'u000001';
let fleet: Fleet;
let surroundings: CliSurroundings;

/** What a verb prints for people. */
const say = async (...args: string[]) => (await attune(surroundings, ...args)).stdout;

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'] });
  surroundings = { addressSettings: fleet.addressSettings, folder: 'nowhere' };
  await loadSimulation(fleet.client('feature-store'));
  await trainAndPromote(fleet.client('training'), 'popularity');
  await trainAndPromote(fleet.client('training'), 'als', { rank: 8, iterations: 4 });
  await fleet.caughtUp();
});
afterAll(() => fleet?.[Symbol.asyncDispose]());

describe('a slate on the command line', () => {
  it('says under each item why it is there', async () => {
    const text = await say('recommend', '--user', USER, '--k', '3', '--explain');
    const items = text.split('\n').filter((line) => /^\d\. .+ \(p\d{6}\): \S/.test(line));
    expect(items).toHaveLength(3);
    expect(text).toMatch(/- The taste of people like you: 0\.\d\d of 1, which makes \d+ % of its score/);
    const { explanations } = await attuneJson<{ explanations: serving.ExplainDecisionResponse[] }>(
      surroundings,
      ...['recommend', '--user', USER, '--k', '2', '--explain'],
    );
    expect(explanations.map(({ position }) => position)).toEqual([0, 1]);
  });

  it('is explained item by item, shown or not, as it was recorded', async () => {
    const slate = await attuneJson<{ decisionId: string }>(surroundings, 'recommend', '--user', USER, '--k', '3');
    const record = await fleet.decision(slate.decisionId);
    expect(await say('explain', slate.decisionId)).toMatch(/ is number 1 of the slate of decision /);
    const removed = record.filters.find(({ filter }) => filter === 'already_seen')!.removedItemIds[0]!;
    expect(await say('explain', slate.decisionId, '--item', removed)).toMatch(/you did something with it already/);
    const below = record.runnersUp[0]!.itemId;
    expect(await say('explain', slate.decisionId, '--item', below)).toMatch(/It was ranked 4th, below the 3/);
    const whole = await say('decision', slate.decisionId);
    expect(whole).toMatch(/#\s+item\s+title\s+score\s+collaborative.*placed by\s+proposed by/);
    expect(whole).toContain('chosen by surface with probability 1');
  });

  it('can be asked for as of now, and nobody is shown anything', async () => {
    const text = await say('explain', '--user', 'stranger', '--item', 'p000001');
    expect(text).toMatch(/the slate that would be made now/);
    expect(text).toMatch(/was not served/);
  });

  it('predicts by a model, and says what it does not know', async () => {
    const text = await say('predict', '--user', USER, '--item', 'p000001,nowhere', '--model', 'als');
    expect(text).toMatch(/^p000001 .+ -?\d\.\d+ +100 %/m);
    expect(text).toMatch(/item "nowhere" is not known to als version 1/);
    const failed = await attune(surroundings, 'predict', '--user', USER, '--item', 'p000001');
    expect(failed).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/no model "engagement" is loaded/) });
  });
});
