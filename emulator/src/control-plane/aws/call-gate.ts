/** Keeps calls apart from changes of the emulator's whole state. */

/** What a call passes before it is looked at; it does not open while the whole state is changed. */
export interface CallGate {
  /** Resolves, when it is open, to what ends the visit. */
  enter(): Promise<() => void>;
}

/** Answers a call whose body is there. The client may be gone meanwhile: the visit lasts as long as the work. */
export async function insideGate<Answer>(
  gate: CallGate | undefined,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  if (gate === undefined) return answer();
  const leave = await gate.enter();
  try {
    return await answer();
  } finally {
    leave();
  }
}
