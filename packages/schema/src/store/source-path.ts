import { open, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { DataSource, WeightsSource } from '@optiscope/trainer';
import type { z } from 'zod';

/** What every HDF5 file begins with. */
const HDF5_SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const LONGEST_PATH = 4096;

/** The folders that data sets and weights may lie in; null: anywhere. */
export type SourceRoots = readonly string[] | null;

type Found<Source> = { readonly source: Source } | { readonly problem: string };

/** The data set at a path on this machine; the built-in sample for null. */
export async function datasetAt(
  path: string | null,
  roots: SourceRoots,
): Promise<Found<z.input<typeof DataSource>>> {
  if (path === null) return { source: { kind: 'sample' } };
  const wanted = 'Give the path of a folder of class folders on the machine that runs the server.';
  const full = await allowedPath(path, roots);
  if ('problem' in full) return { problem: `${full.problem} ${wanted}` };
  try {
    const entries = await readdir(full.path, { withFileTypes: true });
    // A link may lead to a folder; what it leads to the trainer will see.
    if (!entries.some((entry) => entry.isDirectory() || entry.isSymbolicLink())) {
      return { problem: `${full.path} holds no folders. ${wanted}` };
    }
    return { source: { kind: 'folder', path: full.path } };
  } catch (error) {
    return { problem: `${unreadable(full.path, error)} ${wanted}` };
  }
}

/** The weight file at a path on this machine; the sample's backbone for null. */
export async function weightsAt(
  path: string | null,
  roots: SourceRoots,
): Promise<Found<z.input<typeof WeightsSource>>> {
  if (path === null) return { source: { kind: 'sample' } };
  const wanted = 'Give the path of a Keras HDF5 weight file on the machine that runs the server.';
  const full = await allowedPath(path, roots);
  if ('problem' in full) return { problem: `${full.problem} ${wanted}` };
  try {
    if (!(await stat(full.path)).isFile()) return { problem: `${full.path} is not a file. ${wanted}` };
    if (!(await beginning(full.path, HDF5_SIGNATURE.length)).equals(HDF5_SIGNATURE)) {
      return { problem: `${full.path} is not an HDF5 file. ${wanted}` };
    }
    return { source: { kind: 'keras-h5', path: full.path } };
  } catch (error) {
    return { problem: `${unreadable(full.path, error)} ${wanted}` };
  }
}

/**
 * A path that data may be read from. Where roots are declared it must lie in one of them, links followed, and nothing is
 * told of what lies elsewhere; what a link leads to is what is kept, so that turning the link later turns nothing.
 */
export async function allowedPath(
  path: string,
  roots: SourceRoots,
): Promise<{ path: string } | { problem: string }> {
  const full = fullPath(path);
  if ('problem' in full || roots === null) return full;
  if (roots.length === 0) {
    return { problem: 'This server reads no data from paths: none is declared (DATA_ROOTS).' };
  }
  const outside = {
    problem: `${full.path} does not lie in a folder that this server reads data from (DATA_ROOTS).`,
  };
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
  if (![...roots, ...real].some((root) => isWithin(full.path, root))) return outside;
  try {
    const found = await realpath(full.path);
    return real.some((root) => isWithin(found, root)) ? { path: found } : outside;
  } catch (error) {
    return { problem: unreadable(full.path, error) };
  }
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** `~` is the home of the user who runs the server; a relative path begins in the server's working directory. */
export function fullPath(path: string): { path: string } | { problem: string } {
  if (path.trim() === '') return { problem: 'The path is empty; leave it out to take the built-in sample.' };
  if (path.includes('\0')) return { problem: 'The path contains a NUL character.' };
  if (path.length > LONGEST_PATH) {
    return { problem: `The path has ${path.length} characters; at most ${LONGEST_PATH} are possible.` };
  }
  // Two letters at the least: `C:\flowers` is a path.
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return { problem: `${path} is an address, not a path.` };
  if (path === '~' || path.startsWith('~/')) return { path: join(homedir(), path.slice(1)) };
  return { path: isAbsolute(path) ? resolve(path) : resolve(process.cwd(), path) };
}

async function beginning(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export function unreadable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return `${path} does not exist.`;
    case 'ENOTDIR':
      return `${path} is not a folder.`;
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read by the user who runs the server.`;
    default:
      return `${path} cannot be read (${code ?? String(error)}).`;
  }
}
