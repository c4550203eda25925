import {
  compare,
  conformance,
  exportCommand,
  features,
  lrRange,
  predict,
  replay,
  runCommandLine,
} from '@optiscope/trainer/cli';
import { database } from './database.ts';
import { doctor } from './doctor.ts';
import { members } from './members.ts';
import { tokens } from './tokens.ts';

/** `optiscope`: the trainer's commands, and what needs the service's settings. */
await runCommandLine(process.argv.slice(2), [
  compare,
  lrRange,
  exportCommand,
  predict,
  replay,
  features,
  database,
  members,
  tokens,
  doctor,
  conformance,
]);
