import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** The fields of /proc/PID/stat, or of a thread's, after the name: [0] is the state, [1] the parent. */
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

/** CPU seconds of a process that serves: of the thread of its event loop, and of all its other threads that are alive. */
export function cpuOfThreads(pid: number): { readonly main: number; readonly others: number } {
  const of = (thread: string) => sumOf(statOf(`${pid}/task/${thread}`), 11, 13);
  const others = readdirSync(`/proc/${pid}/task`).filter((thread) => thread !== String(pid));
  return { main: of(String(pid)), others: others.reduce((sum, thread) => sum + of(thread), 0) };
}

/** Memory that a process has in hand, in GiB. */
export function residentGiB(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 2 ** 20;
}
