import { SERVICES } from '@attune/contracts';
import { addressSetting, fleetServices } from './service-process';

describe('the services of the local stack', () => {
  it('are the services of the contracts, in their order and on their usual ports', () => {
    const fleet = fleetServices('/checkout').map(({ name, usualPort }) => [name, usualPort]);
    expect(fleet).toEqual(Object.entries(SERVICES).map(([name, { usualPort }]) => [name, usualPort]));
  });

  it('are found by a setting that bears their name', () => {
    expect(addressSetting('feature-store')).toBe('ATTUNE_FEATURE_STORE_ADDRESS');
  });
});
