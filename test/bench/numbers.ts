/** The few figures the benchmark makes of many. */

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that is at least as large as this share of all. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Milliseconds of CPU of the whole process, its collector included: what is left when the machine is busy with other things. */
export function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
