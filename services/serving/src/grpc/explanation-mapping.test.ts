import { serving } from '@attune/contracts';
import { explainQueryOf } from './explanation-mapping';

const asked = (request: Partial<serving.ExplainDecisionRequest>) =>
  explainQueryOf(serving.ExplainDecisionRequest.fromPartial(request));

describe('the request of an explanation', () => {
  it('names a decision, or a user and an item on a surface', () => {
    expect(asked({ decisionId: 'd' })).toEqual({ decisionId: 'd', userId: '', itemId: '', surface: 'home', label: '' });
    expect(asked({ userId: 'ann', itemId: 'a', surface: 'explore' })).toMatchObject({ surface: 'explore' });
  });

  it.each([
    ['nothing at all', {}, ['decision_id']],
    ['no item', { userId: 'ann' }, ['item_id']],
    ['no user, and a label that is none', { itemId: 'a', label: 'x\n' }, ['user_id', 'label']],
    ['a decision and a surface', { decisionId: 'd', surface: 'home' }, ['surface']],
    ['ids that are too long', { decisionId: 'd'.repeat(129), itemId: 'i'.repeat(257) }, ['decision_id', 'item_id']],
  ])('is refused with %s', (_, request, fields) => {
    const violations = fields.map((field) => expect.objectContaining({ field }));
    expect(() => asked(request)).toThrow(expect.objectContaining({ code: 'invalid.request', violations }));
  });
});
