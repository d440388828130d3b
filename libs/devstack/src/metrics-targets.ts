import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the metrics of the services of a stack are read, host:port by the service's name. */
export type MetricsAddresses = Readonly<Record<string, string>>;

function targetsFile(folder: string): string {
  return join(folder, 'metrics-targets.json');
}

/** Tells a Prometheus of this machine where to read: the file is what deploy/prometheus/prometheus.yaml looks into. */
export function writeMetricsTargets(folder: string, addresses: MetricsAddresses): void {
  const targets = Object.entries(addresses).map(([service, address]) => ({
    targets: [address],
    labels: { service },
  }));
  const draft = `${targetsFile(folder)}.draft`;
  writeFileSync(draft, `${JSON.stringify(targets, null, 2)}\n`);
  renameSync(draft, targetsFile(folder));
}

/** Takes the file away: nothing is to be read any more. */
export function removeMetricsTargets(folder: string): void {
  rmSync(targetsFile(folder), { force: true });
}
