/**
 * Seconds of a clock that all processes of this machine share and that never goes back. An epoch carries it as its
 * training time, so whoever receives the epoch can tell how long it took.
 */
export function sharedSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}
