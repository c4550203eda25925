export { type AccessClass, CLASSES, classOf } from './access/classes.ts';
export { hasRole, isOwnOrAdmin, lesserRole, refusedAccess } from './access/may.ts';
export { type Caller, LOCAL_CALLER, LOCAL_OWNER, type Viewer } from './access/viewer.ts';
export { BackupError, type OnTable } from './backup/backup-file.ts';
export { restoreBackup, verifyBackup } from './backup/restore-backup.ts';
export { writeBackup } from './backup/write-backup.ts';
export type { Database, OpenDatabase, Transaction } from './database/database.ts';
export { DirectoryInUseError } from './database/directory-lock.ts';
export { DiskFullError, isDiskFull } from './database/disk-reserve.ts';
export { DurabilityError } from './database/durable-files.ts';
export { isCurrent } from './database/migrate.ts';
export { embeddedState, openEmbedded, openInMemory } from './database/pglite.ts';
export { openPostgres, postgresVersion } from './database/postgres.ts';
export { METRIC_COLUMN, metricNamed } from './exchange/curves.ts';
export { exportCsv } from './exchange/export-csv.ts';
export { exportJson } from './exchange/export-json.ts';
export { exportNotesCsv } from './exchange/export-notes.ts';
export { exportTensorboard } from './exchange/export-tensorboard.ts';
export { type Selection, selectedRuns } from './exchange/exported-runs.ts';
export { CURVE_FORMATS, MOST_BYTES } from './exchange/read-curves.ts';
export { ChangeFeed, type StatusWatcher } from './feed/change-feed.ts';
export {
  type Context,
  operationContext,
  type ServerState,
  type Service,
  type Waiting,
} from './graphql/context.ts';
export { schema } from './graphql/schema.ts';
export { type SharedLoaders, sharedLoaders } from './graphql/shared-loaders.ts';
export { orderedId } from './ordered-id.ts';
export {
  createApiToken,
  listApiTokens,
  noteTokenUse,
  revokeApiToken,
  TOKEN_DAYS,
  TOKEN_PREFIX,
  viewerWithToken,
} from './store/api-tokens.ts';
export { type Audited, type AuditedBy, recordAudit } from './store/audit.ts';
export { type Act, auditedAct } from './store/audited-act.ts';
export { LONGEST_KEY } from './store/change-once.ts';
export { type Claimant, type ClaimedRun, claimRun } from './store/claim-run.ts';
export { endRun } from './store/end-run.ts';
export { type FailedAttempt, failAttempt, MOST_FAILURES } from './store/fail-attempt.ts';
export { type Claim, heldRuns, overClaims } from './store/held-run.ts';
export { type ImportRequest, importRuns } from './store/import-runs.ts';
export {
  acceptForEmail,
  acceptInvitation,
  hasAdminOrInvitation,
  INVITATION_DAYS,
  invitationForEmail,
  invitationWithSecret,
  inviteMember,
  listInvitations,
} from './store/invitations.ts';
export {
  disableMember,
  enableMember,
  listMembers,
  memberWithEmail,
  setMemberRole,
} from './store/members.ts';
export { type EpochReport, type RecordedEpoch, recordEpoch } from './store/record-epoch.ts';
export { type Notice, recordNotice } from './store/record-notice.ts';
export { type Progress, recordProgress } from './store/record-progress.ts';
export { recordStarted } from './store/record-started.ts';
export { recordSteps, StepsAtOddsError } from './store/record-steps.ts';
export { isRefusal, type Refusal } from './store/refusal.ts';
export { releaseOrphans, releaseRun } from './store/release-run.ts';
export { type RunEnd, runEnds } from './store/run-ends.ts';
export { runEngines } from './store/run-engines.ts';
export { secretHash } from './store/secret.ts';
export { makePasswordLink, memberOfPasswordLink, touchSession } from './store/sessions.ts';
export { type StepBatch, type StepNumbers, stepBatch } from './store/step-batch.ts';
export {
  BEAT_SECONDS,
  beatWorker,
  forgetWorkers,
  GONE_SECONDS,
  stopWorker,
  type WorkerBeat,
  type WorkerSelf,
} from './store/workers.ts';
export type { ApiTokenRow } from './tables/api-token.ts';
export {
  accounts,
  type MemberRole,
  type MemberRow,
  members,
  sessions,
  verifications,
} from './tables/member.ts';
