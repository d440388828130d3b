import { execFileSync } from 'node:child_process';

/** The major version that a redis-server program reports, or undefined where it does not run. */
export function majorOf(command: string, env: Readonly<Record<string, string>>): number | undefined {
  try {
    const printed = execFileSync(command, ['--version'], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const found = /v=(\d+)\./.exec(printed);
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
