import {
  BEST,
  CheckpointError,
  readCheckpoint,
  writeCheckpoint,
} from '../../packages/trainer/src/checkpoint.ts';
import { NUMBERED_RUN, numberedCheckpoint } from '../../packages/trainer/test/numbered-checkpoint.ts';

/**
 * A process that writes three checkpoints into the directory given, and tells of each whether it is stored, or with
 * which code it was refused. After a refusal the one before must be there and whole.
 */
const directory = process.argv[2]!;
for (let number = 1; number <= 3; number++) {
  try {
    await writeCheckpoint(directory, numberedCheckpoint(number), [BEST]);
    process.stdout.write(`stored ${number}\n`);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    process.stdout.write(`refused ${number} ${error.code}\n`);
    const left = await readCheckpoint(directory, NUMBERED_RUN);
    if (left === null || left.epoch < number - 1) process.stdout.write('and lost the one before\n');
  }
}
