import { common, featureStore, SERVICES, serving } from '@attune/contracts';
import { checkHealth } from '@attune/devstack';
import { anInteraction, anItem, aUser, useInfra } from '@attune/testkit';
import { type Fleet, startFleet } from '../support/fleet';
import { rawCall } from '../support/raw-call';

jest.setTimeout(60_000);
const infra = useInfra();
const { REJECTED, ACCEPTED } = featureStore.InteractionStatus;
const FEATURE_STORE = SERVICES['feature-store'].grpcName;
const SERVING = SERVICES.serving.grpcName;
const LONE_SURROGATE = Buffer.from([0xed, 0xa0, 0x80]);
let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'training', 'serving'] });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

afterEach(async () => {
  // Whatever came, everything serves on.
  for (const address of Object.values(fleet.addresses)) expect(await checkHealth(address)).toBe('SERVING');
});

const store = (method: string, bytes?: Buffer) =>
  rawCall(fleet.addresses['feature-store']!, `/${FEATURE_STORE}/${method}`, bytes);
const ask = (method: string, bytes?: Buffer) => rawCall(fleet.addresses.serving!, `/${SERVING}/${method}`, bytes);
const encoded = (interactions: common.Interaction[]) =>
  Buffer.from(featureStore.RecordInteractionsRequest.encode({ interactions, producer: 'e2e' }).finish());
const slateRequest = (request: Partial<serving.RecommendRequest>) =>
  Buffer.from(serving.RecommendRequest.encode(serving.RecommendRequest.fromPartial(request)).finish());

/** How many interactions, users and items the store has. */
async function counts() {
  await fleet.caughtUp();
  const { interactionCount, userCount, itemCount } = await fleet.client('feature-store').getStoreStats({});
  return { interactionCount, userCount, itemCount };
}

/** Runs something that must be refused and requires that nothing of it was written. */
async function writesNothing<T>(work: () => Promise<T>): Promise<T> {
  const before = await counts();
  const answer = await work();
  expect(await counts()).toEqual(before);
  return answer;
}

describe('what is no request', () => {
  it('a message beyond 4 MB is refused before it is read', async () => {
    const huge = encoded([anInteraction({ context: { k: 'x'.repeat(5_000_000) } })]);
    expect(await writesNothing(() => store('RecordInteractions', huge))).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
    });
  });

  it.each([
    ['bytes that are no message', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['a message that ends in its middle', encoded([anInteraction()]).subarray(0, 20)],
    ['a field of the wrong type', Buffer.from([0x08, 0x01])],
  ])('refuses %s, which does no harm', async (_, bytes) => {
    const answer = await writesNothing(() => store('RecordInteractions', bytes));
    expect(answer.status).toBe('INVALID_ARGUMENT');
  });

  it('a method that nobody has is UNIMPLEMENTED', async () => {
    expect(await store('Teleport')).toMatchObject({ status: 'UNIMPLEMENTED' });
    expect(await rawCall(fleet.addresses.serving!, '/attune.nobody.v1.Nobody/Call')).toMatchObject({
      status: 'UNIMPLEMENTED',
    });
  });
});

describe('batches of interactions', () => {
  it.each([
    ['an empty one', 0],
    ['one of 5,001', 5_001],
  ])('%s is refused as a whole', async (_, size) => {
    const batch = encoded(Array.from({ length: size }, () => anInteraction()));
    const answer = await writesNothing(() => store('RecordInteractions', batch));
    expect(answer).toMatchObject({ status: 'INVALID_ARGUMENT', domain: 'attune', fields: ['interactions'] });
  });

  it.each<[string, Partial<common.Interaction>, string]>([
    ['an unknown type', { type: 'teleport' }, 'type'],
    ['a value that is not a number', { value: Number.NaN }, 'value'],
    ['an infinite value', { value: Number.POSITIVE_INFINITY }, 'value'],
    ['a rating beyond five stars', { type: 'rating', value: 6 }, 'value'],
    ['a time in the far future', { occurredAt: new Date('2999-01-01') }, 'occurred_at'],
    ['a time before 1970', { occurredAt: new Date('1960-01-01') }, 'occurred_at'],
    ['no user', { userId: '' }, 'user_id'],
    ['no item', { itemId: '' }, 'item_id'],
    ['NUL in an id', { userId: 'a\0b' }, 'user_id'],
    ['an id of 10,000 characters', { itemId: 'x'.repeat(10_000) }, 'item_id'],
    ['NUL in an event id', { eventId: 'e\0' }, 'event_id'],
    ['NUL in its context', { context: { screen: 'a\0b' } }, 'context.screen'],
  ])('an event with %s is rejected by itself, and its neighbours are taken', async (_, changes, field) => {
    const { interactionCount } = await counts();
    const batch = [anInteraction(), anInteraction(changes), anInteraction()];
    const answer = await fleet.client('feature-store').recordInteractions({ interactions: batch, producer: 'e2e' });
    expect(answer.outcomes.map(({ status }) => status)).toEqual([ACCEPTED, REJECTED, ACCEPTED]);
    expect(answer.outcomes[1]!.problems.map((problem) => problem.field)).toEqual([`interactions[1].${field}`]);
    expect((await counts()).interactionCount).toBe(interactionCount + 2);
  });

  it('an event with a lone surrogate in its user id is rejected', async () => {
    const bytes = encoded([anInteraction({ userId: 'abc' })]);
    LONE_SURROGATE.copy(bytes, bytes.indexOf('abc'));
    const { status, messages } = await writesNothing(() => store('RecordInteractions', bytes));
    expect(status).toBe('OK');
    const { outcomes } = featureStore.RecordInteractionsResponse.decode(messages[0]!);
    expect(outcomes[0]).toMatchObject({ status: REJECTED, problems: [{ field: 'interactions[0].user_id' }] });
  });

  it.each([
    ['beyond what a Date can hold', Buffer.from([0x08, ...new Array<number>(7).fill(0xff), 0x0f])],
    ['beyond what a double can hold', Buffer.from([0x08, ...new Array<number>(8).fill(0xff), 0x3f])],
  ])('a timestamp %s is refused, not guessed', async (_, timestamp) => {
    const event = common.Interaction.encode(anInteraction({ occurredAt: undefined })).finish();
    const interaction = Buffer.concat([event, Buffer.from([0x2a, timestamp.length]), timestamp]);
    const request = Buffer.concat([Buffer.from([0x0a, interaction.length]), interaction]);
    const { status, messages } = await writesNothing(() => store('RecordInteractions', request));
    const outcomes = messages.flatMap((one) => featureStore.RecordInteractionsResponse.decode(one).outcomes);
    expect([status, outcomes[0]?.status]).toEqual(status === 'OK' ? ['OK', REJECTED] : ['INVALID_ARGUMENT', undefined]);
  });

  it('an event id that comes many times counts once', async () => {
    const { interactionCount } = await counts();
    const event = anInteraction();
    const send = () =>
      fleet.client('feature-store').recordInteractions({ interactions: [event, event], producer: 'e2e' });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.every(({ rejectedCount }) => rejectedCount === 0)).toBe(true);
    expect((await counts()).interactionCount).toBe(interactionCount + 1);
  });
});

describe('users and items', () => {
  it.each([
    ['a NUL in a title', { title: 'a\0b' }, 'items[1].title'],
    ['no id', { itemId: '' }, 'items[1].item_id'],
    ['a tag of 5,000 characters', { tags: ['x'.repeat(5_000)] }, 'items[1].tags[0]'],
  ])('%s in one item refuses the batch and writes none of it', async (_, changes, field) => {
    const items = [anItem(), anItem(changes), anItem()];
    const answer = await writesNothing(() =>
      store('UpsertItems', Buffer.from(featureStore.UpsertItemsRequest.encode({ items, requestId: '' }).finish())),
    );
    expect(answer).toMatchObject({ status: 'INVALID_ARGUMENT', fields: [field] });
  });

  it('an empty list of users is refused', async () => {
    expect(await writesNothing(() => store('UpsertUsers'))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      fields: ['users'],
    });
  });

  it('one bad user of two refuses both', async () => {
    const users = [aUser(), aUser({ userId: 'x'.repeat(1_000) })];
    const bytes = Buffer.from(featureStore.UpsertUsersRequest.encode({ users, requestId: '' }).finish());
    const answer = await writesNothing(() => store('UpsertUsers', bytes));
    expect(answer).toMatchObject({ status: 'INVALID_ARGUMENT', fields: ['users[1].user_id'] });
  });
});

describe('questions', () => {
  it.each([
    [
      'a decision that nobody made',
      'GetDecision',
      featureStore.GetDecisionRequest.encode({ decisionId: 'none' }),
      'NOT_FOUND',
    ],
    ['no decision id', 'GetDecision', featureStore.GetDecisionRequest.encode({ decisionId: '' }), 'INVALID_ARGUMENT'],
    [
      'features of nobody',
      'GetFeatures',
      featureStore.GetFeaturesRequest.encode(featureStore.GetFeaturesRequest.fromPartial({ entityType: 1 })),
      'INVALID_ARGUMENT',
    ],
    [
      'a page token of another list',
      'ListFeatures',
      featureStore.ListFeaturesRequest.encode({ entityType: 0, pageSize: 1, pageToken: 'nonsense' }),
      'INVALID_ARGUMENT',
    ],
    [
      'a negative page size',
      'ListFeatures',
      featureStore.ListFeaturesRequest.encode({ entityType: 0, pageSize: -1, pageToken: '' }),
      'INVALID_ARGUMENT',
    ],
  ])('the feature-store refuses %s', async (_, method, request, status) => {
    expect(await store(method, Buffer.from(request.finish()))).toMatchObject({ status });
  });

  it.each<[string, Partial<serving.RecommendRequest>, string]>([
    ['no user', { userId: '' }, 'user_id'],
    ['a lone surrogate for a user', { userId: '\ud800' }, 'user_id'],
    ['more items than there may be', { userId: 'u1', count: 100_000 }, 'count'],
    ['NUL in an excluded id', { userId: 'u1', excludeItemIds: ['a', 'b\0'] }, 'exclude_item_ids[1]'],
  ])('serving refuses a slate with %s', async (_, request, field) => {
    expect(await ask('Recommend', slateRequest(request))).toMatchObject({
      status: 'INVALID_ARGUMENT',
      fields: [field],
    });
  });

  it('serving says that it does not know an item', async () => {
    const bytes = Buffer.from(
      serving.SimilarItemsRequest.encode(serving.SimilarItemsRequest.fromPartial({ itemId: 'none' })).finish(),
    );
    expect((await ask('SimilarItems', bytes)).status).toMatch(/NOT_FOUND|FAILED_PRECONDITION/);
  });

  it.each([
    ['StartTraining', 'an unknown model', 'NOT_FOUND|INVALID_ARGUMENT'],
    ['GetRun', 'an unknown run', 'NOT_FOUND|INVALID_ARGUMENT'],
    ['PromoteModel', 'an unknown version', 'NOT_FOUND|INVALID_ARGUMENT'],
  ])('training refuses %s of %s', async (method, _, status) => {
    const text = Buffer.from('no-such-thing');
    const bytes = Buffer.concat([Buffer.from([0x0a, text.length]), text]);
    const answer = await rawCall(fleet.addresses.training!, `/${SERVICES.training.grpcName}/${method}`, bytes);
    expect(answer.status).toMatch(new RegExp(`^(${status})$`));
    expect(answer.domain).toBe('attune');
  });
});
