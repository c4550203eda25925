import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The bytes that processes have in memory, by their ids; those that are gone are left out. Null where the system does not tell. */
export async function processMemory(pids: readonly number[]): Promise<ReadonlyMap<number, number> | null> {
  if (pids.length === 0) return new Map();
  if (process.platform === 'linux') {
    const read = await Promise.all(pids.map(async (pid) => [pid, await residentBytes(pid)] as const));
    return new Map(read.flatMap(([pid, bytes]) => (bytes === null ? [] : [[pid, bytes] as const])));
  }
  if (process.platform === 'win32') return null;
  // `ps` fails when none of them is there any more.
  const told = await run('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')]).catch(() => ({ stdout: '' }));
  const lines = told.stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return new Map(lines.flatMap(([pid, kibibytes]) => (pid && kibibytes ? [[pid, kibibytes * 1024]] : [])));
}

async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
