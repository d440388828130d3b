import { describeConsuming } from './contract/consuming';
import { describeErasing } from './contract/erasing';
import { describeFailures } from './contract/failures';
import { describeGroups } from './contract/groups';
import type { ContractHarness } from './contract/harness';
import { describeReading } from './contract/reading';

/** What every adapter of the event log must do: run by the tests of each against a real server. */
export function describeEventLogContract(name: string, harness: ContractHarness): void {
  describe(`${name} keeps the contract of the event log`, () => {
    describeConsuming(harness);
    describeGroups(harness);
    describeFailures(harness);
    describeReading(harness);
    describeErasing(harness);
  });
}
