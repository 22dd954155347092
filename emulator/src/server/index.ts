export {
  createPostgresListener,
  type PostgresAddress,
  type PostgresListener,
  type PostgresListenerOptions,
} from "./postgres-listener.ts";
export type { FindSecureContext } from "./socket-transport.ts";
