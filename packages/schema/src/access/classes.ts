/**
 * Who may read a field or do an operation: the least role that may. `STRANGER` is everyone, also who has not signed in.
 * `OWN` is for members only, and the field's resolver decides by the row: what is one's own, or everything for an `ADMIN`.
 */
export const ACCESS_CLASSES = ['STRANGER', 'VIEWER', 'OWN', 'EDITOR', 'ADMIN'] as const;
export type AccessClass = (typeof ACCESS_CLASSES)[number];

/** The fields of one type by their class, with blanks between the names. */
export type ClassesOfType = Readonly<Partial<Record<AccessClass, string>>>;

/**
 * Every field of every object type, once. A field that is not here is refused to everyone, and a test fails.
 * `docs/who-may-do-what.md` is made from this.
 * Fields that read are for a `VIEWER`; what changes something is for an `EDITOR`; members, and what everyone did, for an
 * `ADMIN`. A refusal (`NotFound`, …) tells only of what its reader has just asked, so whoever may ask may read it.
 */
export const CLASSES: Readonly<Record<string, ClassesOfType>> = {
  Query: {
    STRANGER: 'viewer',
    VIEWER: `datasets events experiment experiments members node nodes optimizers presets references run runs
      server weights workers`,
    // It tells whether a path is there, and what is wrong with the file.
    EDITOR: 'validateExperiment',
    ADMIN: 'auditLog invitations',
    OWN: 'apiTokens',
  },
  Mutation: {
    EDITOR: `addReference cancelExperiment cancelRun cloneExperiment createExperiment deleteExperiment
      extendExperiment importRuns pauseExperiment pauseRun renameExperiment rerun restoreExperiment
      resumeExperiment resumeRun setExperimentPriority setWorkerLabels tagExperiment`,
    OWN: `createApiToken deleteAnnotation deleteComment editAnnotation editComment renameMember
      reopenAnnotation resolveAnnotation restoreAnnotation restoreComment revokeApiToken
      revokeOtherSessions revokeSession`,
    ADMIN: `disableMember drainWorker enableMember inviteMember revokeInvitation setMemberRole setMemberRunLimit`,
    VIEWER: 'annotate comment',
  },
  Subscription: {
    VIEWER: `changes epochs experimentChanges experimentStatus newEpochs newEvents noteChanges runStates`,
  },

  AnnotatedValue: { VIEWER: 'contender nonFinite nonFiniteNow seed value valueNow' },
  Annotation: {
    VIEWER: `author axis body comments contender createdAt deletedAt editedAt edits experiment from id metric
      resolvedAt resolvedBy seed to valueChanged values`,
  },
  AnnotationConnection: { VIEWER: 'edges nodes pageInfo totalCount' },
  AnnotationEdge: { VIEWER: 'cursor node' },
  ApiToken: { OWN: 'createdAt expiresAt id lastUsedAt member name prefix revokedAt role' },
  ApiTokenMade: { OWN: 'secret token' },
  Attempt: {
    VIEWER: `continuity endedAt host id number outcome pid reason resumedAfterEpoch resumedAfterStep run
      startedAt worker`,
  },
  AuditConnection: { ADMIN: 'edges nodes pageInfo totalCount' },
  AuditEdge: { ADMIN: 'cursor node' },
  AuditEntry: {
    ADMIN: `actor address arguments at experiment id member memberId operation outcome requestId tokenId`,
  },
  Augmentation: { VIEWER: 'colour crop flip includePlain rotate seed views' },
  AugmentationColour: { VIEWER: 'brightness contrast hue saturation' },
  AugmentationCrop: { VIEWER: 'area aspect' },
  Changes: { VIEWER: 'annotations comments cursor epochs events experiments runs' },
  ClassWeight: { VIEWER: 'class weight' },
  Clipping: { VIEWER: 'by limit' },
  Comment: { VIEWER: 'annotation author body createdAt deletedAt editedAt edits id' },
  Conflict: { STRANGER: 'code message' },
  Continuity: { VIEWER: 'kind note' },
  Contender: { VIEWER: 'hyperparameters id label learningRate lookahead optimizer position' },
  Dataset: {
    VIEWER: `classes experimentCount experiments id images kind label lastUsedAt path skippedImages`,
  },
  DatasetConnection: { VIEWER: 'edges nodes pageInfo totalCount' },
  DatasetEdge: { VIEWER: 'cursor node' },
  DatasetSource: { VIEWER: 'kind label node path' },
  Engine: { VIEWER: 'device reason runtime threads version' },
  Epoch: {
    VIEWER: `accuracy epoch evaluationSeconds examplesSeen gradientNorm learningRate loss negativeZeros nonFinite
      recordedAt runId trainSeconds updateRatio valAccuracy valLoss`,
  },
  Event: { VIEWER: 'at epoch id kind message numbers run runId step' },
  EventConnection: { VIEWER: 'edges nodes pageInfo totalCount' },
  EventEdge: { VIEWER: 'cursor node' },
  EventNumber: { VIEWER: 'name nonFinite value' },
  Experiment: {
    VIEWER: `alpha annotations author batchSize contenders createdAt cursor dataset deletedAt epochs events
      eventsConnection exportPath freezeIndex id inputSize name priority runs seed seeds settings status
      stepSeries tags verdict weights workerLabels`,
  },
  ExperimentChanges: { VIEWER: 'annotations comments cursor epochs events experiment runs status steps' },
  ExperimentConnection: { VIEWER: 'edges nodes pageInfo totalCount' },
  ExperimentEdge: { VIEWER: 'cursor node' },
  ExperimentPlan: {
    VIEWER: `alpha batchSize contenders dataset epochs freezeIndex inputSize name priority runs seeds settings
      weights workerLabels`,
  },
  Hyperparameter: { VIEWER: 'default description exclusiveMax exclusiveMin integer label max min name' },
  HyperparameterValue: { VIEWER: 'name value' },
  InputProblem: { STRANGER: 'field message' },
  InvalidInput: { STRANGER: 'code message problems' },
  Invitation: { ADMIN: 'acceptedBy createdAt email expiresAt id invitedBy role status' },
  InvitationMade: { ADMIN: 'invitation link' },
  Lookahead: { VIEWER: 'slowStepSize syncPeriod' },
  Member: { VIEWER: 'createdAt disabledAt id name role runLimit', OWN: 'email sessions' },
  NewEpochs: { VIEWER: 'cursor epochs' },
  NewEvents: { VIEWER: 'cursor events' },
  NonFiniteMetric: { VIEWER: 'kind metric' },
  NonFinitePoint: { VIEWER: 'epoch kind' },
  NonFiniteStep: { VIEWER: 'kind step' },
  NotFound: { STRANGER: 'code message' },
  NoteChanges: { VIEWER: 'annotations comments cursor' },
  NoteEdit: { VIEWER: 'at body editor' },
  Optimizer: { VIEWER: 'hyperparameters label name summary' },
  PageInfo: { VIEWER: 'endCursor hasNextPage hasPreviousPage startCursor' },
  PlannedContender: { VIEWER: 'hyperparameters label lookahead optimizer' },
  Preset: { VIEWER: 'alpha batchSize contenders description epochs freezeIndex id inputSize name seed' },
  PresetContender: { VIEWER: 'hyperparameters learningRate optimizer' },
  Reference: { VIEWER: 'description id name source' },
  Run: {
    VIEWER: `attempt attempts contender continuity createdAt engine epochs events eventsConnection experiment
      finishedAt id imagesPerSecond importedFrom label lastEpoch origin phase phaseDone phaseTotal
      queuePlace reason secondsLeft seed series skippedImages startedAt status stepSeries totalParameters
      trainableParameters trainImages validationImages waitsFor worker`,
  },
  RunConnection: { VIEWER: 'edges nodes pageInfo totalCount' },
  RunEdge: { VIEWER: 'cursor node' },
  RunStates: { VIEWER: 'cursor runs' },
  Schedule: {
    VIEWER: `cooldown endDivisor endFactor everyEpochs factor flatFraction kind metric minDelta minRate patience
      peakFraction startDivisor startFactor warmupEpochs`,
  },
  Series: { VIEWER: 'epochs metric negativeZeros nonFinite values' },
  Server: { VIEWER: 'database state version workers' },
  ServerState: {
    VIEWER: `checkpointBytes databaseBytes featureCacheBytes hindrances longestWaitSeconds queueLength
      runsUnderWay workerProcesses workers`,
  },
  Session: { OWN: 'address createdAt current device expiresAt id lastSeenAt' },
  SessionsRevoked: { OWN: 'count' },
  Settings: {
    VIEWER: `augmentation classWeights classWeightsByName clipping dropout labelSmoothing schedule stopping
      weightDecay`,
  },
  StepSeries: { VIEWER: 'metric negativeZeros nonFinite recorded runId steps values' },
  Stopping: { VIEWER: 'earlyStopping minutes target' },
  StoppingEarlyStopping: { VIEWER: 'metric minDelta patience restoreBest startFromEpoch' },
  StoppingTarget: { VIEWER: 'stop valAccuracy' },
  Viewer: { STRANGER: 'kind member name role' },
  WeightDecay: { VIEWER: 'rate vectors' },
  Verdict: { VIEWER: 'evaluationNoise pairs sentences standings' },
  VerdictPair: {
    VIEWER: 'adjustedP decision difference first high low p probabilityOfImprovement second seeds',
  },
  VerdictStanding: { VIEWER: 'contender diverged high interquartileMean low mean open seeds' },
  Weights: { VIEWER: 'experimentCount experiments id kind label lastUsedAt path' },
  WeightsConnection: { VIEWER: 'edges nodes pageInfo totalCount' },
  WeightsEdge: { VIEWER: 'cursor node' },
  WeightsSource: { VIEWER: 'kind label node path' },
  Wait: { VIEWER: 'message reason' },
  Worker: {
    VIEWER: `concurrency drainingAt engines heartbeatAt host id labels memoryLimit memoryUsed pid processes runs
      startedAt status stoppedAt version`,
  },
  WorkerProcess: { VIEWER: 'engines pid runs' },
};

/** The names of one class. */
export function fieldsOf(classes: ClassesOfType, of: AccessClass): readonly string[] {
  return classes[of]?.trim().split(/\s+/) ?? [];
}

/** The class of a field; null of one that nobody has put into a class. */
export function classOf(typeName: string, fieldName: string): AccessClass | null {
  const classes = Object.hasOwn(CLASSES, typeName) ? CLASSES[typeName] : undefined;
  if (classes === undefined) return null;
  return ACCESS_CLASSES.find((of) => fieldsOf(classes, of).includes(fieldName)) ?? null;
}
