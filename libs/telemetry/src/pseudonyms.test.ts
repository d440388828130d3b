import { writable, writableFacts } from './pseudonyms';

const keyOf = (userId: string) => `key of ${userId}`;

describe('what is written about users', () => {
  it.each(['userId', 'user_id', 'user', 'userIds', 'enduser.id', 'app.user_id', 'authorId', 'followee_id', 'users'])(
    'is a keyed hash under %s',
    (name) => expect(writableFacts({ [name]: 'ann' }, keyOf)).toEqual({ [name]: 'key of ann' }),
  );

  it.each(['userKey', 'user_count', 'userKind', 'itemId', 'surface', 'producer'])('is left alone under %s', (name) =>
    expect(writableFacts({ [name]: 'ann' }, keyOf)).toEqual({ [name]: 'ann' }),
  );

  it('is found in lists and in facts within facts', () => {
    const facts = { userIds: ['ann', 'ben'], call: { request: [{ user_id: 'cleo' }] }, users: 3 };
    expect(writableFacts(facts, keyOf)).toEqual({
      userIds: ['key of ann', 'key of ben'],
      call: { request: [{ user_id: 'key of cleo' }] },
      users: 3,
    });
  });

  it('leaves things with a class of their own to their serializers', () => {
    const [err, at] = [new Error('x'), new Date(0)];
    expect(writableFacts({ err, at }, keyOf)).toEqual({ err, at });
  });

  it('includes the key of a record, which is a user', () => {
    expect(writable('messaging.kafka.message.key', 'ann', keyOf)).toBe('key of ann');
  });
});
