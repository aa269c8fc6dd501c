/** What Linux tells of a process. */
import { readFileSync } from 'node:fs';

/** Most memory that it ever had, in MB of 10^6 bytes. */
export function peakMemoryMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6;
}

/** Processor time so far, in seconds; Linux counts in hundredths. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** How many processes want a processor, over the last minute. */
export function machineLoad(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '';
}
