import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { AppError } from '@attune/errors';
import { canonicalJson } from './canonical-json';
import { deriveKey } from './derive-key';

/** What a service says that it has erased. */
export interface ReceiptFacts {
  readonly erasureId: string;
  readonly service: string;
  /** The user's keyed hash: a receipt outlives the user's id. */
  readonly userKey: string;
  /** How much of each kind was erased. */
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly doneAt: Date;
}

/** A receipt as it was signed. */
export interface Receipt extends ReceiptFacts {
  /** Which key signed: the beginning of the SHA-256 of the public key, hexadecimal. */
  readonly keyId: string;
  /** Ed25519 over the canonical JSON of everything else, base64url. */
  readonly signature: string;
}

/** Who signs receipts: the whole fleet with one identity. */
export interface ReceiptSigner {
  /** The receipt as canonical JSON. The same facts give the same bytes. */
  signReceipt(facts: ReceiptFacts): Uint8Array;
  /** In PEM (SPKI): whoever has it can check receipts and sign none. */
  readonly publicKey: string;
}

const KEY_ID_CHARS = 16;
// An Ed25519 private key in PKCS #8 (RFC 8410) is this prefix and 32 bytes.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Makes the signer of a fleet: its Ed25519 key is derived from the secret, so every service that has the secret signs alike. */
export function makeReceiptSigner(secret: string): ReceiptSigner {
  const seed = deriveKey(secret, 'erasure receipts v1');
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const keyId = keyIdOf(publicKey);
  return {
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    signReceipt: ({ erasureId, service, userKey, erasedCounts, doneAt }) => {
      const signed = { erasureId, service, userKey, erasedCounts, doneAt: doneAt.toISOString(), keyId };
      const signature = sign(null, Buffer.from(canonicalJson(signed)), privateKey).toString('base64url');
      return Buffer.from(canonicalJson({ ...signed, signature }));
    },
  };
}

/**
 * Reads a receipt and checks its signature with the fleet's public key (PEM). Throws `data_loss.receipt` where the receipt is
 * malformed or was changed, and `failed_precondition.receipt_key` where another key signed it.
 */
export function verifyReceipt(bytes: Uint8Array, publicKey: string): Receipt {
  const key = createPublicKey(publicKey);
  const { signature, ...signed } = parse(bytes);
  const expected = keyIdOf(key);
  if (signed.keyId !== expected) {
    const message = `the receipt was signed with key "${signed.keyId}", not with "${expected}": give the public key of the fleet that signed it`;
    throw new AppError('failed_precondition.receipt_key', message);
  }
  if (!verify(null, Buffer.from(canonicalJson(signed)), key, Buffer.from(signature, 'base64url'))) {
    throw new AppError(
      'data_loss.receipt',
      'the receipt does not carry its own signature: it was changed, do not trust it',
    );
  }
  return { ...signed, signature, doneAt: new Date(signed.doneAt) };
}

type WrittenReceipt = Omit<Receipt, 'doneAt'> & { readonly doneAt: string };

function parse(bytes: Uint8Array): WrittenReceipt {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<WrittenReceipt> | null;
    const texts = [value?.erasureId, value?.service, value?.userKey, value?.doneAt, value?.keyId, value?.signature];
    if (texts.every((text) => typeof text === 'string') && typeof value?.erasedCounts === 'object') {
      return value as WrittenReceipt;
    }
  } catch (cause) {
    throw new AppError('data_loss.receipt', 'the receipt is not JSON: it was damaged or is something else', { cause });
  }
  throw new AppError('data_loss.receipt', 'the receipt lacks members that every receipt has: it was changed');
}

function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(der).digest('hex').slice(0, KEY_ID_CHARS);
}
