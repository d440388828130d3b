import { AppError, isAppError, toAppError } from './app-error';
import { categoryOfGrpcStatus, ERROR_TABLE, ruleOf } from './codes';

describe('error codes', () => {
  it('lets a caller retry on UNAVAILABLE only', () => {
    const retryable = Object.values(ERROR_TABLE).filter((rule) => rule.callerMayRetry);
    expect(retryable.map((rule) => rule.grpcStatus)).toEqual([14]);
  });

  it('gives each category its own gRPC status, so that a status leads back to its category', () => {
    for (const [category, rule] of Object.entries(ERROR_TABLE)) {
      expect(categoryOfGrpcStatus(rule.grpcStatus)).toBe(category);
    }
  });

  it('dead-letters a record that can never succeed and retries one that may', () => {
    expect(ruleOf('invalid.event').onConsume).toBe('dead_letter');
    expect(ruleOf('unavailable.postgres').onConsume).toBe('retry');
  });

  it('hides the message of an unknown error and keeps it as the cause', () => {
    const secret = new Error('password is hunter2');
    const wrapped = toAppError(secret);
    expect(wrapped.message).not.toContain('hunter2');
    expect(wrapped.cause).toBe(secret);
  });

  it('matches a category as a whole word', () => {
    const error = new AppError('not_found.policy', 'policy "p" does not exist');
    expect(isAppError(error, 'not_found')).toBe(true);
    expect(isAppError(error, 'not')).toBe(false);
  });
});
