/** A module for Testcontainers: `dsql-auth-emulator/testcontainers`. */
export { DsqlEmulatorContainer } from "./dsql-emulator-container.ts";
export { StartedDsqlEmulatorContainer } from "./started-dsql-emulator-container.ts";
