import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { BatchObservableResult, Meter } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1e9;
const RESOLUTION_MS = 10;

/** Observes what makes a Node process slow: a blocked event loop, a busy one, and memory. Costs nothing between readings. */
export function observeRuntime(meter: Meter): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description });
  const p50 = gauge('nodejs.eventloop.delay.p50', 's', 'Median delay of the event loop since the last reading');
  const p99 = gauge('nodejs.eventloop.delay.p99', 's', '99th percentile of the delay of the event loop');
  const longest = gauge('nodejs.eventloop.delay.max', 's', 'Longest delay of the event loop since the last reading');
  const busy = gauge('nodejs.eventloop.utilization', '1', 'Share of time in which the event loop was busy');
  const heap = gauge('v8js.memory.heap.used', 'By', 'Memory that JavaScript objects use');
  const resident = gauge('process.memory.usage', 'By', 'Memory of the process');
  let before = performance.eventLoopUtilization();
  const read = (result: BatchObservableResult) => {
    const now = performance.eventLoopUtilization();
    const memory = process.memoryUsage();
    result.observe(p50, delay.percentile(50) / NANOS_PER_SECOND);
    result.observe(p99, delay.percentile(99) / NANOS_PER_SECOND);
    result.observe(longest, delay.max / NANOS_PER_SECOND);
    result.observe(busy, performance.eventLoopUtilization(now, before).utilization);
    result.observe(heap, memory.heapUsed);
    result.observe(resident, memory.rss);
    delay.reset();
    before = now;
  };
  meter.addBatchObservableCallback(read, [p50, p99, longest, busy, heap, resident]);
}
