import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why no file system can be mounted from a file here; null when it can. */
export function whyNoLoopDisk(): string | null {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'mounting needs root';
  try {
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'there are no loop devices';
  }
}

/** A small disk: a file system of its own in a file. */
export class LoopDisk {
  readonly path: string;
  readonly #image: string;
  readonly #filler: string;

  constructor(directory: string, megabytes: number) {
    this.#image = join(directory, 'disk');
    this.path = join(directory, 'mounted');
    this.#filler = join(this.path, 'filler');
    mkdirSync(this.path);
    execFileSync('truncate', ['-s', `${megabytes}M`, this.#image]);
    execFileSync('mkfs.ext4', ['-q', this.#image]);
    execFileSync('mount', ['-o', 'loop', this.#image, this.path]);
  }

  /** Takes all that is free. */
  fill(): void {
    try {
      execFileSync('dd', ['if=/dev/zero', `of=${this.#filler}`, 'bs=64K'], { stdio: 'ignore' });
    } catch {
      // It ends when nothing is left.
    }
  }

  free(): void {
    if (existsSync(this.#filler)) rmSync(this.#filler);
  }

  /** Makes the disk larger under whoever uses it. False where the kernel does not permit it (it wants CAP_SYS_RESOURCE). */
  grow(megabytes: number): boolean {
    execFileSync('truncate', ['-s', `${megabytes}M`, this.#image]);
    const device = String(execFileSync('losetup', ['-j', this.#image])).split(':')[0]!;
    execFileSync('losetup', ['-c', device]);
    try {
      execFileSync('resize2fs', [device], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  /** A killed server's workers leave its files a moment later. */
  async unmount(): Promise<void> {
    for (let tries = 0; tries < 40; tries++) {
      try {
        execFileSync('umount', [this.path], { stdio: 'ignore' });
        return;
      } catch {
        await sleep(250);
      }
    }
    execFileSync('umount', ['--lazy', this.path]);
  }
}
