import { isIdentifying, safeLabels } from './identifying';

describe('isIdentifying', () => {
  it.each([
    'user_id',
    'userId',
    'user.id',
    'enduser.id',
    'user',
    'users',
    'app.user_ids',
    'author',
    'email',
    'client.address',
  ])('sees a person behind %s', (name) => expect(isIdentifying(name)).toBe(true));

  it.each(['item_id', 'decisionId', 'event_id', 'request.id', 'session_id', 'trace_id', 'runId'])(
    'sees one thing among very many behind %s',
    (name) => expect(isIdentifying(name)).toBe(true),
  );

  it.each([
    'surface',
    'strategy',
    'rpc.method',
    'server.address',
    'user_kind',
    'job.name',
    'event',
    'partition',
    'model_id',
  ])('lets %s pass', (name) => expect(isIdentifying(name)).toBe(false));

  it('keeps the labels that are safe', () => {
    expect(safeLabels({ surface: 'home', user_id: 'u1' })).toEqual({ surface: 'home' });
  });
});
