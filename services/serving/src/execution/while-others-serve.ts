import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** How far behind the threads that serve a thread stands that loads: about a third of their share where cores are scarce. */
const BEHIND = 5;

/**
 * Runs work in this thread that must not take cores from threads that serve. Without effect where the system does not let a thread
 * come back to its place (Linux asks for CAP_SYS_NICE), and where threads have no number that can be read.
 */
export async function whileOthersServe<T>(work: () => Promise<T>): Promise<T> {
  const thread = numberOfThread();
  if (thread === undefined || !mayComeBack(thread)) return work();
  setPriority(thread, BEHIND);
  try {
    return await work();
  } finally {
    setPriority(thread, 0);
  }
}

/** Linux tells a thread its own number; `<process>/task/<thread>`. */
function numberOfThread(): number | undefined {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch {
    return undefined;
  }
}

/** Goes one step back and forth: a thread that cannot come back is hardly slower for it. */
function mayComeBack(thread: number): boolean {
  try {
    setPriority(thread, 1);
    setPriority(thread, 0);
    return true;
  } catch {
    return false;
  }
}
