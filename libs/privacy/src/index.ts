export { DEVELOPMENT_SECRET, openPrivacy, type Privacy } from './open-privacy';
export { type Receipt, type ReceiptFacts, verifyReceipt } from './receipt';
export { makeUserKeys, type UserKeyOf } from './user-keys';
