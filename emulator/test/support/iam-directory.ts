/** An IAM directory with ids that count up, and tests for what it refuses. */
import { expect, test } from "vitest";
import { createIamDirectory, type IamDirectory, IamError } from "../../src/iam/index.ts";
import type { IamErrorCode, IamIdentitySource } from "../../src/iam/index.ts";

export const ACCOUNT = "123456789012";
export const START = new Date("2026-03-01T12:00:00.750Z");

/** Ids `AIDA…0001`, `AIDA…0002`, …; secrets that look like none; a clock that stands still. */
export function countingIdentities(clock: { now: Date } = { now: START }): IamIdentitySource {
  let count = 0;
  const next = (length: number): string => {
    count += 1;
    return String(count).padStart(length, "0");
  };
  return {
    newId: (prefix) => prefix + next(prefix === "AKIA" ? 16 : 17),
    newSecret: () => `FAKE-SECRET-${next(28)}`,
    now: () => clock.now,
  };
}

export function testDirectory(clock?: { now: Date }): IamDirectory {
  return createIamDirectory(ACCOUNT, countingIdentities(clock));
}

export const ALLOW_ALL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** A policy with so many characters, as IAM counts them. */
export function policyOfSize(characters: number): string {
  const withId = (id: string): string => JSON.stringify({ Id: id, ...JSON.parse(ALLOW_ALL) });
  return withId("x".repeat(characters - withId("").length));
}

export function trusting(principal: object): string {
  const statement = { Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

/** Trusts everybody of another account. */
export const TRUST = trusting({ AWS: "210987654321" });

export interface Refusal {
  readonly rule: string;
  readonly given?: (directory: IamDirectory) => unknown;
  readonly when: (directory: IamDirectory) => unknown;
  readonly code: IamErrorCode;
  readonly message: string;
}

const STATUS: Readonly<Record<IamErrorCode, number>> = {
  NoSuchEntity: 404,
  EntityAlreadyExists: 409,
  DeleteConflict: 409,
  LimitExceeded: 409,
  MalformedPolicyDocument: 400,
  InvalidInput: 400,
  UnmodifiableEntity: 400,
  PolicyNotAttachable: 400,
  ValidationError: 400,
  AccessDenied: 403,
};

export function errorOf(action: () => unknown): IamError {
  try {
    action();
  } catch (error) {
    if (error instanceof IamError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

/** A test of each refusal: code, status, whole message, and that nothing has changed. */
export function testRefusals(refusals: readonly Refusal[]): void {
  test.each(refusals)("refuses $rule", ({ given, when, code, message }) => {
    const directory = testDirectory();
    given?.(directory);
    const before = directory.snapshot();
    const error = errorOf(() => when(directory));
    expect({ code: error.code, status: error.httpStatus, message: error.message }).toEqual({
      code,
      status: STATUS[code],
      message,
    });
    expect(directory.snapshot()).toEqual(before);
  });
}

/** The service's sentence about one member. */
export function oneViolation(value: string, member: string, constraint: string): string {
  return `1 validation error detected: Value ${value} at '${member}' failed to satisfy constraint: Member must ${constraint}`;
}

export function times(count: number, action: (index: number) => unknown): void {
  for (let index = 0; index < count; index += 1) action(index);
}
