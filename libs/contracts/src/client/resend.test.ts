import { mayResend, withRequestId } from './resend';

describe('sending a call again', () => {
  it('is safe for reads and never for calls that must happen once', () => {
    expect(mayResend('read', {})).toBe(true);
    expect(mayResend('once', {})).toBe(false);
  });

  it('is safe for interactions only when every one has an event id', () => {
    expect(mayResend('event_ids', { interactions: [{ eventId: 'a' }, { eventId: 'b' }] })).toBe(true);
    expect(mayResend('event_ids', { interactions: [{ eventId: 'a' }, { eventId: '' }] })).toBe(false);
  });

  it('is safe for a reward with an id', () => {
    expect(mayResend('event_ids', { rewardId: 'r' })).toBe(true);
    expect(mayResend('event_ids', { rewardId: '' })).toBe(false);
  });

  it('gives a request an id where the caller left it empty, and keeps one that is there', () => {
    expect(withRequestId('request_id', { requestId: '' }).requestId).toHaveLength(36);
    expect(withRequestId('request_id', { requestId: 'mine' })).toEqual({ requestId: 'mine' });
    expect(withRequestId('read', { requestId: '' })).toEqual({ requestId: '' });
  });
});
