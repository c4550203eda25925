/** A training process with one run. */
export interface Trained {
  readonly pid: number;
  readonly bytes: number;
}

/** What to do about memory: end a process whose run needs more than there is, or make room by giving a run back. */
export type Judgement =
  | { readonly do: 'END'; readonly pid: number; readonly bytes: number }
  | { readonly do: 'GIVE_BACK'; readonly pid: number };

/**
 * What to do when processes take more than the limit together; null while they do not. They are told in the order in
 * which they were started. A run that alone takes more than the limit is ended: it would at every attempt. Where they
 * are only too many, the youngest is given back, as the one with the least to lose.
 */
export function judgeMemory(limit: number, processes: readonly Trained[]): Judgement | null {
  const used = processes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (used <= limit) return null;
  const largest = processes.reduce((most, one) => (one.bytes > most.bytes ? one : most));
  if (largest.bytes > limit) return { do: 'END', ...largest };
  return { do: 'GIVE_BACK', pid: processes.at(-1)!.pid };
}

/** How many more runs fit, if each takes as much as the largest did that was seen. With none, all may try. */
export function roomInMemory(limit: number, processes: readonly Trained[], largestSeen: number): number {
  if (processes.length === 0 || largestSeen === 0) return Number.POSITIVE_INFINITY;
  // Those that have just begun have yet to grow.
  const used = processes.reduce((sum, { bytes }) => sum + Math.max(bytes, largestSeen), 0);
  return Math.max(0, Math.floor((limit - used) / largestSeen));
}

/** Bytes for people. */
export function bytesText(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
