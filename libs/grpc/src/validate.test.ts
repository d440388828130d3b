import { AppError } from '@attune/errors';
import fc from 'fast-check';
import { validate } from './validate';

const fieldsOf = (v: ReturnType<typeof validate>) => v.problems().map(({ field }) => field);

describe('validate', () => {
  it('throws one error with every violation', () => {
    const v = validate();
    v.id('user_id', '');
    v.finite('value', Number.NaN);
    v.count('k', 1.5);
    const error = (() => {
      try {
        v.throwIfAny();
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'invalid.request',
      message: 'user_id is empty: an id is required (and 2 more)',
    });
    expect((error as AppError).violations.map(({ field }) => field)).toEqual(['user_id', 'value', 'k']);
  });

  it.each([
    ['an empty id', ''],
    ['an id of 257 characters', 'x'.repeat(257)],
    ['an id with NUL', 'a\0b'],
    ['an id with a line break', 'a\nb'],
    ['an id with a lone surrogate', 'a\ud800b'],
    ['an id whose bytes were not UTF-8', 'a\ufffdb'],
  ])('refuses %s', (_, id) => {
    expect(validate().id('user_id', id)).toBe(false);
  });

  it.each(['u', 'x'.repeat(256), 'user/1', 'ユーザー', '👩‍🚀'])('accepts the id %j', (id) => {
    expect(validate().id('user_id', id)).toBe(true);
  });

  it('never throws on any text and accepts only what UTF-8 can carry', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const v = validate();
        const good = v.text('title', text) && v.id('id', text);
        expect(!good || Buffer.from(text).toString() === text).toBe(true);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('refuses a text with NUL or a lone surrogate and one that is too long', () => {
    const v = validate();
    v.text('a', 'x\0');
    v.text('b', '\udc00');
    v.text('c', 'long', { max: 3 });
    v.text('d', '', { min: 1 });
    v.text('e', 'line\nbreaks are fine in a text');
    expect(fieldsOf(v)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses infinite numbers and numbers out of range', () => {
    const v = validate();
    v.finite('a', Number.POSITIVE_INFINITY);
    v.finite('b', 6, { max: 5 });
    v.count('c', -1);
    v.count('d', 0);
    expect(fieldsOf(v)).toEqual(['a', 'b', 'c']);
  });

  it('refuses times that do not exist or lie out of bounds', () => {
    const v = validate();
    v.time('a', new Date(Number.NaN));
    v.time('b', new Date('2200-01-01'), { notAfter: new Date('2026-01-01') });
    v.time('c', new Date(-1), { notBefore: new Date(0) });
    v.time('d', undefined);
    expect(fieldsOf(v)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('names the entry of a list that is wrong', () => {
    const v = validate();
    v.each('items', [{ id: 'a' }, { id: '' }], { max: 2 }, ({ id }, at) => v.id(at('item_id'), id));
    expect(fieldsOf(v)).toEqual(['items[1].item_id']);
  });

  it('does not look into a list that is too long', () => {
    const v = validate();
    v.each('items', ['', '', ''], { max: 2 }, (id, at) => v.id(at(), id));
    expect(v.problems()).toEqual([{ field: 'items', description: 'has 3 entries of at most 2' }]);
  });

  it('checks the keys and the values of a map', () => {
    const v = validate();
    v.map('context', { good: 'x', bad: 'y\0', '': 'z' }, { maxEntries: 3 });
    expect(fieldsOf(v)).toEqual(['context["bad"]', 'context key']);
  });

  it('says which names exist', () => {
    const v = validate();
    v.oneOf('type', 'lik', ['like', 'view']);
    expect(v.problems()[0]!.description).toBe('is "lik"; use one of like, view');
  });
});
