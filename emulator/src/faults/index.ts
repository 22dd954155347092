export type { FaultTargets } from "./fault-rule.ts";
export {
  type CallFault,
  type ConnectionFault,
  type FaultableCall,
  type FaultableStep,
  type FaultAddition,
  Faults,
  type FaultsOptions,
  MAX_FAULT_RULES,
} from "./faults.ts";
export type { FaultPlace } from "./match-fault.ts";
export type { FaultReport } from "./report-fault.ts";
