import { AppError } from '@attune/errors';
import { openPrivacy } from './open-privacy';
import { type ReceiptFacts, verifyReceipt } from './receipt';

const SECRET = 'a secret for tests, 32 characters or more';
const facts: ReceiptFacts = {
  erasureId: 'e-1',
  service: 'serving',
  userKey: 'k-1',
  erasedCounts: { seen_items: 3, decisions: 0 },
  doneAt: new Date('2026-05-01T12:00:00.123Z'),
};
const { signReceipt, publicKey } = openPrivacy(SECRET);

/** The receipt with one word replaced, as somebody would who wants it to say something else. */
const changed = (from: string, to: string) =>
  Buffer.from(Buffer.from(signReceipt(facts)).toString('utf8').replace(from, to));

function refusalOf(bytes: Uint8Array, key = publicKey): unknown {
  try {
    return verifyReceipt(bytes, key);
  } catch (error) {
    return error;
  }
}

describe('a receipt', () => {
  it('says what was erased to whoever has the public key', () => {
    expect(verifyReceipt(signReceipt(facts), publicKey)).toMatchObject(facts);
  });

  it('is signed with one identity by every service that has the secret', () => {
    const other = openPrivacy(SECRET);
    expect(other.publicKey).toBe(publicKey);
    expect(verifyReceipt(other.signReceipt(facts), publicKey)).toMatchObject(facts);
  });

  it('is the same bytes for the same facts, in whatever order the counts come', () => {
    const reordered = { ...facts, erasedCounts: { decisions: 0, seen_items: 3 } };
    expect(Buffer.from(signReceipt(reordered))).toEqual(Buffer.from(signReceipt(facts)));
  });

  it.each([
    ['the count', '"seen_items":3', '"seen_items":4'],
    ['the service', '"serving"', '"training"'],
    ['the user', '"k-1"', '"k-2"'],
    ['the time', '12:00:00.123Z', '12:00:00.124Z'],
    ['a member more', '"decisions":0', '"decisions":0,"events":9'],
  ])('is refused when %s was changed', (_, from, to) => {
    const receipt = changed(from, to);
    expect(receipt).not.toEqual(Buffer.from(signReceipt(facts)));
    expect(refusalOf(receipt)).toMatchObject({ code: 'data_loss.receipt' });
  });

  it('is refused when another key signed it, and says which', () => {
    const other = openPrivacy(`${SECRET}!`);
    const refusal = refusalOf(other.signReceipt(facts));
    expect(refusal).toMatchObject({ code: 'failed_precondition.receipt_key' });
    expect((refusal as AppError).message).toContain(JSON.parse(changed('', '').toString()).keyId);
  });

  it.each(['', 'nonsense', 'null', '[]', '{}', '{"erasureId":1}'])('is refused when it is %j', (text) => {
    expect(refusalOf(Buffer.from(text))).toBeInstanceOf(AppError);
  });
});
