import { type ChildProcess, execFileSync } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync, rmSync } from 'node:fs';

/**
 * However this process ends, short of SIGKILL, what it started ends with it, what it mounted is unmounted and its
 * folder is gone: a run that is interrupted in the middle of a fault must not leave servers behind.
 */
export function leaveNothing(root: string): void {
  const children = new Set<ChildProcess>();
  subscribe('child_process', (message) => {
    const { process: child } = message as { process: ChildProcess };
    children.add(child);
    child.once('exit', () => children.delete(child));
  });
  process.once('exit', () => {
    for (const child of children) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
    for (const place of mountedIn(root)) {
      try {
        execFileSync('umount', ['--lazy', place], { stdio: 'ignore' });
      } catch {
        // the rest is not removed either
      }
    }
    if (mountedIn(root).length === 0) rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}

function mountedIn(root: string): string[] {
  if (process.platform !== 'linux') return [];
  const places = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return places.filter((place) => place.startsWith(`${root}/`));
}
