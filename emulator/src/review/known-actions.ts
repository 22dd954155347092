/**
 * Actions of DSQL that have no operation, so that no API tells them.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonauroradsql.html
 */
export const ACTIONS_WITHOUT_OPERATION: readonly string[] = [
  "DbConnect",
  "DbConnectAdmin",
  "AddPeerCluster",
  "RemovePeerCluster",
  "PutMultiRegionProperties",
  "PutWitnessRegion",
  "InjectError",
  "StartBackupJob",
  "StopBackupJob",
  "GetBackupJob",
  "StartRestoreJob",
  "StopRestoreJob",
  "GetRestoreJob",
];
