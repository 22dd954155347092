import type { RoleMappingStore } from "../auth/index.ts";

/**
 * A store without mappings. Only `AWS IAM GRANT` makes a mapping, and the emulator does not know that
 * statement, so none can exist: every database role except `admin` is refused.
 */
export const unmappedRoleMappingStore: RoleMappingStore = {
  isMapped: async () => false,
};
