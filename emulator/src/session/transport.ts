/** A connection's byte stream as the driver sees it; the server implements it on sockets. */

/** A byte stream to one client, which may become encrypted on the way. */
export interface Transport {
  /** Numeric address of the client. */
  readonly clientAddress: string;
  /** Whether the client has closed its side, or is gone; what it sent before may still be unread. */
  readonly hasEnded: boolean;
  /** Bytes that have come from the client so far, encrypted or not. */
  readonly bytesReceived: number;
  /** Sets the one function that is called when bytes have arrived or the client's side has ended. */
  onActivity(listener: () => void): void;
  /** Bytes that have arrived and not been read. */
  read(): Uint8Array | undefined;
  /** Sends bytes; a promise when the client reads too slowly, to be waited for before more is sent. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /**
   * Becomes encrypted and tells the server name of the ClientHello.
   *
   * @throws Error when the handshake fails, or takes too long
   */
  startTls(): Promise<{ readonly serverName: string | undefined }>;
  /** Sends what has been written, says goodbye, closes; gives up on a client that does not read. */
  end(): Promise<void>;
  /** Closes at once. */
  destroy(): void;
}
