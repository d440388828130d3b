import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** The fields of /proc/PID/stat after the name: [0] is the state, [1] the parent. */
function statOf(pid: number | string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

const sumOf = (fields: readonly string[], from: number, to: number) =>
  fields.slice(from, to).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;

/** CPU seconds of a process and of its children, those that have ended included; 0 for one that is not there. */
export function cpuSeconds(pid: number): number {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((fields) => fields[1] === String(pid));
  return sumOf(statOf(pid), 11, 15) + children.reduce((sum, fields) => sum + sumOf(fields, 11, 13), 0);
}

/** CPU seconds of the children of this process that have ended. */
export const cpuOfEndedChildren = () => sumOf(statOf(process.pid), 13, 15);
