import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { until, useInfra } from '@attune/testkit';
import { attuneJson, type CliSurroundings, type ImportReport } from '../support/attune-cli';
import { type ProcessFleet, startProcessFleet } from '../support/process-fleet';
import { describeWithData } from '../support/shared-data';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(120_000);

/** What `attune recommend --json` prints, as far as it is looked at here. */
interface Slate {
  readonly decisionId: string;
  readonly personalization: string;
  readonly items: readonly { readonly itemId: string }[];
}

/** A data set of ratings with its items, and what must come of it. */
interface RealData {
  readonly folder: string;
  readonly ratings: string;
  readonly separator: string;
  readonly importArguments: readonly string[];
  readonly rows: number;
  readonly items: number;
  readonly users: readonly string[];
  /** An item and a part of the title that its file gives it. */
  readonly title: readonly [string, string];
}

const GENRES =
  'unknown,Action,Adventure,Animation,Children,Comedy,Crime,Documentary,Drama,Fantasy,Film-Noir,Horror,Musical,Mystery,Romance,Sci-Fi,Thriller,War,Western';

describeWithData('ml-100k', (folder) =>
  testsOf({
    folder,
    ratings: 'u.data.gz',
    separator: '\t',
    importArguments: [
      ...['--columns', 'user,item,rating,time', '--items', join(folder, 'u.item.gz')],
      ...['--item-columns', `item,title,time,-,-,${GENRES.replaceAll(/[^,]+/g, 'tag:$&')}`],
    ],
    rows: 100_000,
    items: 1_682,
    users: ['1', '405', '943'],
    title: ['1', 'Toy Story'],
  }),
);

describeWithData('ml-latest-small-tmdb', (folder) =>
  testsOf({
    folder,
    ratings: 'ratings.csv.gz',
    separator: ',',
    importArguments: ['--items', join(folder, 'items_text.tsv.gz')],
    rows: 100_004,
    items: 9_125,
    users: ['1', '547', '671'],
    title: ['1', 'Toy Story'],
  }),
);

function testsOf(data: RealData): void {
  const infra = useInfra();
  const ratings = join(data.folder, data.ratings);
  const own = tempFolder();
  let fleet: ProcessFleet;
  let cli: CliSurroundings;

  beforeAll(async () => {
    fleet = await startProcessFleet({ infra, services: ['feature-store', 'training', 'serving'] });
    cli = { addressSettings: fleet.addressSettings, folder: own };
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
  });

  it('is imported line by line, with its items', async () => {
    const report = await attuneJson<{ interactions: ImportReport; items: ImportReport }>(
      cli,
      'import',
      ratings,
      ...data.importArguments,
    );
    expect(report.interactions).toMatchObject({ rows: data.rows, accepted: data.rows, duplicates: 0, rejected: 0 });
    expect(report.items).toMatchObject({ rows: data.items, accepted: data.items, rejected: 0 });
    const { interactionCount, itemCount, pendingCount } = await fleet.client('feature-store').getStoreStats({});
    expect({ interactionCount, itemCount, pendingCount }).toEqual({
      interactionCount: data.rows,
      itemCount: data.items,
      pendingCount: 0,
    });
  });

  it('keeps the titles of its items', async () => {
    const [itemId, title] = data.title;
    const { items } = await fleet.client('feature-store').getItems({ itemIds: [itemId] });
    expect(items[0]!.title).toContain(title);
    expect(items[0]!.tags).toEqual(expect.arrayContaining(['Animation', 'Comedy']));
  });

  it('trains both models into production', async () => {
    await attuneJson(cli, 'train', 'popularity', 'als');
    const { models } = await attuneJson<{ models: { name: string; production?: object }[] }>(cli, 'models');
    const inProduction = models.filter(({ production }) => production !== undefined);
    expect(inProduction.map(({ name }) => name).sort()).toEqual(['als', 'popularity']);
    // Serving hears of a promotion through the event log, and loads the model before it serves it.
    const isServed = async () => (await servedModels(fleet)).sort().join() === 'als,popularity';
    await until('both models serve', isServed);
  });

  it.each(data.users)('gives user %s ten different items that the user has not rated', async (userId) => {
    // where others crowd the machine, what takes longer than a slate may is left out of it, and it says so
    const slate = await until('a slate within its time', async () => {
      const one = await attuneJson<Slate>(cli, 'recommend', '--user', userId, '--k', '10');
      return one.personalization !== 'PERSONALIZATION_DEGRADED' && one;
    });
    const itemIds = slate.items.map(({ itemId }) => itemId);
    const rated = await ratedBy(userId);
    expect(rated.size).toBeGreaterThan(0);
    expect(slate.personalization).toBe('PERSONALIZATION_PERSONAL');
    expect(new Set(itemIds).size).toBe(10);
    expect(itemIds.filter((itemId) => rated.has(itemId))).toEqual([]);
  });

  it('explains a slate and finds similar items', async () => {
    const { decisionId, items } = await attuneJson<Slate>(cli, 'recommend', '--user', data.users[0]!);
    const decision = await attuneJson<{ slate: { itemId: string }[] }>(cli, 'decision', decisionId);
    expect(decision.slate.map(({ itemId }) => itemId)).toEqual(items.map(({ itemId }) => itemId));
    const similar = await attuneJson<{ items: { itemId: string }[] }>(
      cli,
      'similar',
      '--item',
      data.title[0],
      '--k',
      '5',
    );
    expect(similar.items).toHaveLength(5);
  });

  async function ratedBy(userId: string): Promise<ReadonlySet<string>> {
    const lines = (await text(createReadStream(ratings).pipe(createGunzip()))).split('\n');
    const cells = lines.map((line) => line.split(data.separator));
    return new Set(cells.filter(([user]) => user === userId).map(([, item]) => item!));
  }
}

async function servedModels(fleet: ProcessFleet): Promise<string[]> {
  const { models } = await fleet.client('serving').getServingState({});
  return models.map(({ ref }) => ref?.name ?? '');
}
