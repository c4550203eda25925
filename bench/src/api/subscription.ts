/** What the dashboard subscribes to on the page of a comparison. */
export const DASHBOARDS_SUBSCRIPTION = `subscription ($id: ID!) {
  experimentChanges(experimentId: $id) {
    cursor
    status
    experiment { name epochs deletedAt }
    runs {
      id label seed status reason attempt origin importedFrom phase phaseDone phaseTotal secondsLeft lastEpoch
      contender { id position label learningRate optimizer { name label } }
      trainImages validationImages trainableParameters totalParameters skippedImages
      engine { runtime device version threads reason }
    }
    epochs {
      runId epoch loss accuracy valLoss valAccuracy trainSeconds evaluationSeconds nonFinite { metric kind }
    }
    events { id runId kind epoch step message at }
  }
}`;
