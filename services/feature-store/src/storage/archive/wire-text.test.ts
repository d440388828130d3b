import { common, events } from '@attune/contracts';
import { USER_FIELDS } from './pseudonyms';
import { textFieldOf, withTextField } from './wire-text';

const { 'User.user_id': USER_ID, 'Item.author_id': AUTHOR_ID, 'DecisionRecord.user_id': DECIDED_FOR } = USER_FIELDS;
const KEY = 'k'.repeat(22);

const user = common.User.fromPartial({
  ...{ userId: 'ü'.repeat(200), createdAt: new Date('2026-01-01T00:00:00.5Z'), interests: ['a', ''] },
  ...{ consent: { training: false }, attributes: { user_id: 'x', country: 'de' } },
});
const item = common.Item.fromPartial({ itemId: 'i', title: 't', authorId: 'a', available: false, mediaUrls: ['u'] });
const decision = events.DecisionRecord.fromPartial({
  ...{ decisionId: 'd', userId: 'u', latencyMs: 1.5, requestedCount: 300, slate: [{ itemId: 'i', score: 0.1 }] },
});

describe('a text field of an encoded message', () => {
  it.each([
    ['User', common.User, user, 'userId', USER_ID],
    ['Item', common.Item, item, 'authorId', AUTHOR_ID],
    ['DecisionRecord', events.DecisionRecord, decision, 'userId', DECIDED_FOR],
  ] as const)('is where the contract of %s has it, and nothing else changes', (_, codec, message, name, field) => {
    const bytes = codec.encode(message as never).finish();
    const id = (message as unknown as Record<string, string>)[name]!;
    expect(textFieldOf(bytes, field)).toBe(id);
    const hidden = withTextField(bytes, field, KEY);
    expect(codec.decode(hidden)).toEqual({ ...message, [name]: KEY });
    expect(Buffer.from(withTextField(hidden, field, id))).toEqual(Buffer.from(bytes));
  });

  it('goes with an empty text, and stays away where it was not', () => {
    const bytes = common.Item.encode(item).finish();
    const without = withTextField(bytes, AUTHOR_ID, '');
    expect(common.Item.decode(without)).toEqual({ ...item, authorId: '' });
    expect(textFieldOf(without, AUTHOR_ID)).toBe('');
    expect(withTextField(without, AUTHOR_ID, KEY)).toBe(without);
  });

  it('is the last one where a message has several, and all of them go', () => {
    const twice = Buffer.concat([
      common.User.encode(user).finish(),
      common.User.encode({ ...user, userId: 'z' }).finish(),
    ]);
    expect(textFieldOf(twice, USER_ID)).toBe('z');
    expect(common.User.decode(withTextField(twice, USER_ID, KEY)).userId).toBe(KEY);
    expect(Buffer.from(withTextField(twice, USER_ID, KEY)).includes('ü')).toBe(false);
  });

  it('keeps fields that this build does not know', () => {
    const unknown = Buffer.from([0xf8, 0x3f, 0x96, 0x01, 0xfd, 0x3f, 1, 2, 3, 4, 0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8]);
    const bytes = Buffer.concat([unknown, common.User.encode(user).finish()]);
    expect(Buffer.from(withTextField(bytes, USER_ID, KEY)).subarray(0, unknown.length)).toEqual(unknown);
  });

  it('is refused in bytes that are no message', () => {
    expect(() => textFieldOf(Buffer.from([0x0a, 0x05, 1]), USER_ID)).toThrow(/beyond the end/);
    expect(() => textFieldOf(Buffer.from([0x0a, 0xff]), USER_ID)).toThrow(/no end/);
    expect(() => textFieldOf(Buffer.from([0x0b]), USER_ID)).toThrow(/wire type 3/);
  });
});
