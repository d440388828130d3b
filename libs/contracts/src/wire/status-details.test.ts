import { AppError } from '@attune/errors';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { errorOf, statusOf } from './error-mapping';
import { decodeStatus, fittingViolations, reasonOf } from './status-details';

const sentAndRead = (error: AppError): AppError => {
  const status = statusOf(error, 'req-1');
  return errorOf({ ...status, name: 'Error', message: '' } as ServiceError, 'test/Method');
};

describe('errors on the wire', () => {
  it('keeps the code through its reason', () => {
    for (const code of ['not_found.policy', 'invalid.request', 'failed_precondition.no_model'] as const) {
      expect(sentAndRead(new AppError(code, 'x')).code).toBe(code);
    }
    expect(reasonOf('not_found.training-run')).toBe('NOT_FOUND_TRAINING_RUN');
  });

  it('stays within what clients accept as trailers, however many violations there are', () => {
    const violations = Array.from({ length: 5_000 }, (_, i) => ({
      field: `interactions[${i}].item_id`,
      description: 'ist leer: ein Schlüssel wird benötigt '.repeat(20),
    }));
    const metadata = { fact: '日本語'.repeat(5_000) };
    const status = statusOf(new AppError('invalid.request', '日本語'.repeat(5_000), { violations, metadata }), 'r');
    const headers = Object.entries(status.metadata!.toHttp2Headers()).join('').length;
    expect(headers + encodeURI(status.details!).length).toBeLessThan(8_192);
  });

  it('says how many violations it left out', () => {
    const violations = Array.from({ length: 500 }, (_, i) => ({ field: `f${i}`, description: 'x'.repeat(100) }));
    const sent = fittingViolations(violations);
    expect(sent.at(-1)!.description).toBe(
      `and ${500 - (sent.length - 1)} more problems that did not fit into this answer`,
    );
  });

  it('sends a message with a lone surrogate, which cannot be encoded as it is', () => {
    expect(sentAndRead(new AppError('invalid.request', 'bad \ud800 text')).message).toBe('bad \ufffd text');
  });

  it('reads an answer without details by its status alone', () => {
    const failure = {
      code: 14,
      details: 'No connection established',
      metadata: new Metadata(),
      name: 'Error',
      message: '',
    };
    expect(errorOf(failure, 'test/Method')).toMatchObject({ code: 'unavailable.call' });
  });

  it('does not crash on details that are none', () => {
    expect(decodeStatus(Buffer.from([0xff, 0xff, 0xff]))).toBeUndefined();
  });
});
