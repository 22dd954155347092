/** The newest events in CloudTrail's form, bounded by their number and by the bytes of all of them. */
import type { ConnectionDecision } from "../../auth/index.ts";
import type { Clock } from "../../shared/index.ts";
import { type ApiCall, apiCallEvent } from "./api-call-event.ts";
import type { CloudTrailEvent } from "./cloudtrail-event.ts";
import { connectionEvent } from "./connection-event.ts";

/** Bounds of a log if nobody says otherwise; our choice. */
export const DEFAULT_EVENT_LIMITS = { maxEvents: 10_000, maxBytes: 16_777_216 } as const;

/** What a log is made from. */
export interface EventLogOptions {
  readonly clock: Clock;
  /** Makes a UUID. */
  readonly newEventId: () => string;
  readonly maxEvents?: number;
  /** Of the events' JSON in UTF-8; the newest event stays even when it alone is larger. */
  readonly maxBytes?: number;
  /** Given each event as one line of JSON, without its newline. */
  readonly onLine?: (line: string) => void;
}

/** Which part of the list is wanted. */
export interface EventListOptions {
  readonly limit: number;
  /** An event's id: only older ones are listed. Nothing is, when it is not there (any more). */
  readonly before?: string;
  readonly eventName?: string;
  readonly readOnly?: boolean;
}

interface Kept {
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly bytes: number;
  readonly line: string;
}

/** Keeps events. */
export class EventLog {
  readonly #options: Required<Pick<EventLogOptions, "maxEvents" | "maxBytes">> & EventLogOptions;
  /** By event id, oldest first. */
  readonly #events = new Map<string, Kept>();
  #bytes = 0;
  #dropped = 0;

  constructor(options: EventLogOptions) {
    this.#options = { ...DEFAULT_EVENT_LIMITS, ...options };
  }

  /** Keeps the event of a call. */
  recordCall(call: ApiCall): void {
    const { clock, newEventId } = this.#options;
    this.#keep(apiCallEvent(call, clock.now(), newEventId()));
  }

  /** Keeps the event of an attempt to connect. */
  recordConnection(decision: ConnectionDecision): void {
    this.#keep(connectionEvent(decision, this.#options.newEventId()));
  }

  /** Events, newest first. */
  list({ limit, before, eventName, readOnly }: EventListOptions): CloudTrailEvent[] {
    const newestFirst = [...this.#events].reverse();
    const start =
      before === undefined ? 0 : newestFirst.findIndex(([eventId]) => eventId === before) + 1;
    if (before !== undefined && start === 0) return [];
    return newestFirst
      .slice(start)
      .filter(([, kept]) => eventName === undefined || kept.eventName === eventName)
      .filter(([, kept]) => readOnly === undefined || kept.readOnly === readOnly)
      .slice(0, limit)
      .map(([, { line }]) => JSON.parse(line) as CloudTrailEvent);
  }

  /** Forgets all events. What has gone into a file stays there. */
  clear(): void {
    this.#events.clear();
    this.#bytes = 0;
    this.#dropped = 0;
  }

  /** How many there are, and how many oldest ones had to make room. */
  counts(): { readonly events: number; readonly bytes: number; readonly dropped: number } {
    return { events: this.#events.size, bytes: this.#bytes, dropped: this.#dropped };
  }

  #keep(event: CloudTrailEvent): void {
    const { eventID, eventName, readOnly } = event;
    const line = JSON.stringify(event);
    const bytes = Buffer.byteLength(line);
    this.#events.set(eventID, { eventName, readOnly, bytes, line });
    this.#bytes += bytes;
    for (const [oldest, kept] of this.#events) {
      const isWithin =
        this.#events.size <= this.#options.maxEvents && this.#bytes <= this.#options.maxBytes;
      if (isWithin || oldest === eventID) break;
      this.#events.delete(oldest);
      this.#bytes -= kept.bytes;
      this.#dropped += 1;
    }
    this.#options.onLine?.(line);
  }
}
