import { readdirSync } from 'node:fs';
import { constants, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { BatchObservableResult, Meter } from '@opentelemetry/api';

const NANOS_PER_SECOND = 1e9;
const MICROS_PER_SECOND = 1e6;
const MILLIS_PER_SECOND = 1e3;
const RESOLUTION_MS = 10;

/**
 * Observes what makes a Node process slow, by OpenTelemetry's conventions for Node, V8 and processes: a blocked event loop, a busy
 * one, garbage collection, processor time and memory. Between readings it costs a timer of 10 ms and a listener for collections.
 */
export function observeRuntime(meter: Meter): void {
  observeEventLoop(meter);
  observeMemory(meter);
  observeProcess(meter);
  observeCollections(meter);
}

function observeEventLoop(meter: Meter): void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(name, { unit, description });
  const p50 = gauge('nodejs.eventloop.delay.p50', 's', 'Median delay of the event loop since the last reading');
  const p99 = gauge('nodejs.eventloop.delay.p99', 's', '99th percentile of the delay of the event loop');
  const longest = gauge('nodejs.eventloop.delay.max', 's', 'Longest delay of the event loop since the last reading');
  const busy = gauge('nodejs.eventloop.utilization', '1', 'Share of time in which the event loop was busy');
  let before = performance.eventLoopUtilization();
  const read = (result: BatchObservableResult) => {
    const now = performance.eventLoopUtilization();
    result.observe(p50, delay.percentile(50) / NANOS_PER_SECOND);
    result.observe(p99, delay.percentile(99) / NANOS_PER_SECOND);
    result.observe(longest, delay.max / NANOS_PER_SECOND);
    result.observe(busy, performance.eventLoopUtilization(now, before).utilization);
    delay.reset();
    before = now;
  };
  meter.addBatchObservableCallback(read, [p50, p99, longest, busy]);
}

function observeMemory(meter: Meter): void {
  const bytes = { unit: 'By' };
  const used = meter.createObservableGauge('v8js.memory.heap.used', {
    ...bytes,
    description: 'Memory that JavaScript objects use, by space of the heap',
  });
  const size = meter.createObservableGauge('v8js.memory.heap.space.size', {
    ...bytes,
    description: 'Memory that the heap has taken, by space',
  });
  const limit = meter.createObservableGauge('attune.heap.size_limit', {
    ...bytes,
    description: 'The most that the heap of the process may take: at this size it dies',
  });
  const resident = meter.createObservableGauge('process.memory.usage', {
    ...bytes,
    description: 'Memory of the process',
  });
  const read = (result: BatchObservableResult) => {
    for (const space of getHeapSpaceStatistics()) {
      const labels = { 'v8js.heap.space.name': space.space_name };
      result.observe(used, space.space_used_size, labels);
      result.observe(size, space.space_size, labels);
    }
    result.observe(limit, getHeapStatistics().heap_size_limit);
    result.observe(resident, process.memoryUsage.rss());
  };
  meter.addBatchObservableCallback(read, [used, size, limit, resident]);
}

function observeProcess(meter: Meter): void {
  const cpu = meter.createObservableCounter('process.cpu.time', {
    unit: 's',
    description: 'Processor time that the process took, by mode',
  });
  const uptime = meter.createObservableGauge('process.uptime', { unit: 's', description: 'How long the process runs' });
  const files = meter.createObservableGauge('process.unix.file_descriptor.count', {
    unit: '{file_descriptor}',
    description: 'Files and connections that the process has open',
  });
  const read = (result: BatchObservableResult) => {
    const { user, system } = process.cpuUsage();
    result.observe(cpu, user / MICROS_PER_SECOND, { 'cpu.mode': 'user' });
    result.observe(cpu, system / MICROS_PER_SECOND, { 'cpu.mode': 'system' });
    result.observe(uptime, process.uptime());
    const open = openFiles();
    if (open !== undefined) result.observe(files, open);
  };
  meter.addBatchObservableCallback(read, [cpu, uptime, files]);
}

// Only Linux shows them where a process can look for free.
function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
}

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

function observeCollections(meter: Meter): void {
  const duration = meter.createHistogram('v8js.gc.duration', {
    unit: 's',
    description: 'Duration of garbage collections, by kind',
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1] },
  });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: number } }).detail ?? {};
      duration.record(entry.duration / MILLIS_PER_SECOND, { 'v8js.gc.type': KINDS[kind ?? -1] ?? 'other' });
    }
  }).observe({ entryTypes: ['gc'] });
}
