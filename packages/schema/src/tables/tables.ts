/** Every table, as drizzle's client and drizzle-kit want them. */

export { annotationAxis, annotations, comments, noteEdits } from './annotation.ts';
export { apiTokens } from './api-token.ts';
export { attemptOutcome, attempts, continuity } from './attempt.ts';
export { auditActor, auditEntries } from './audit-entry.ts';
export { contenders } from './contender.ts';
export { databaseIdentity } from './database-identity.ts';
export { epochs } from './epoch.ts';
export { eventKind, events } from './event.ts';
export { experimentStatus, experiments } from './experiment.ts';
export { experimentTags } from './experiment-tag.ts';
export { accounts, invitations, memberRole, members, sessions, verifications } from './member.ts';
export { mutationKeys } from './mutation-key.ts';
export { runOrigin, runPhase, runStatus, runs } from './run.ts';
export { stepChunks } from './step-chunk.ts';
export { workers } from './worker.ts';
