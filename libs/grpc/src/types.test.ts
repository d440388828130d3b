import type { CallOptions, Client, featureStore } from '@attune/contracts';
import type { CallContext, Handlers } from './types';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`. */
const holds = <T extends true>(...proof: T[]): number => proof.length;

type Server = featureStore.FeatureStoreServiceServer;
type Definition = typeof featureStore.FeatureStoreServiceService;

describe('the types of handlers and clients', () => {
  it('are the same from the server interface and from the definition', () => {
    expect(holds<Equal<Handlers<Server>, Handlers<Definition>>>()).toBe(0);
    expect(holds<Equal<Client<Server>, Client<Definition>>>()).toBe(0);
  });

  it('give a unary handler one request and a promise', () => {
    type Expected = (
      request: featureStore.GetDecisionRequest,
      ctx: CallContext,
    ) => Promise<featureStore.GetDecisionResponse>;
    expect(holds<Equal<Handlers<Server>['getDecision'], Expected>>()).toBe(0);
  });

  it('give a handler that answers with a stream an async iterable to return', () => {
    type Expected = (
      request: featureStore.ExportUserRequest,
      ctx: CallContext,
    ) => AsyncIterable<featureStore.ExportUserResponse>;
    expect(holds<Equal<Handlers<Server>['exportUser'], Expected>>()).toBe(0);
  });

  it('give a client a function from an async iterable where the request is a stream', () => {
    type Expected = (
      requests: AsyncIterable<featureStore.StreamInteractionsRequest>,
      options?: CallOptions,
    ) => Promise<featureStore.StreamInteractionsResponse>;
    expect(holds<Equal<Client<Definition>['streamInteractions'], Expected>>()).toBe(0);
  });

  it('know every method by name and no other', () => {
    expect(holds<Equal<keyof Handlers<Server>, keyof Definition>>()).toBe(0);
  });
});
