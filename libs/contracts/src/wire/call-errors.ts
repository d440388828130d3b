import { AppError } from '@attune/errors';

/** The error of a call that its caller gave up. */
export const cancelledError = () => new AppError('cancelled.call', 'the caller cancelled the call');

/** The error of a call that ran out of time. */
export const deadlineError = () => new AppError('deadline.exceeded', 'the deadline of the call has passed');
