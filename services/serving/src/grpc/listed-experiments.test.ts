import { AppError } from '@attune/errors';
import { ListedExperiments } from './listed-experiments';

const waiting = { signal: new AbortController().signal };
const askedOf = (error: Error) =>
  new ListedExperiments(() => {
    throw error;
  }).running(waiting);

describe('ListedExperiments', () => {
  it('are none in a fleet that has no experiment service', async () => {
    expect(await askedOf(new AppError('failed_precondition.no_address', 'no setting says where it is'))).toEqual([]);
  });

  it('are not known where the service cannot be asked', async () => {
    await expect(askedOf(new AppError('unavailable.experiment', 'away'))).rejects.toThrow('away');
  });
});
