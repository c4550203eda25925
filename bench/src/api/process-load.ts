import { readFile } from 'node:fs/promises';

/** What a process has used. */
export interface ProcessLoad {
  /** Seconds of computing time since it began. */
  readonly computing: number;
  /** Bytes resident. */
  readonly memory: number;
}

/** Clock ticks a second, in which Linux counts. */
const TICKS = 100;

/** From `/proc`; null where there is none, as on macOS. */
export async function loadOf(pid: number): Promise<ProcessLoad | null> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    // "pid (name) state ppid …"; a name may hold spaces and brackets. utime and stime are the 14th and 15th field.
    const fields = stat.split(') ').at(-1)!.split(' ');
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return {
      computing: (Number(fields[11]) + Number(fields[12])) / TICKS,
      memory: Number(resident) * 1024,
    };
  } catch {
    return null;
  }
}
