/** Many conditions look at one value of a request, one after the other. */

/** The same function, which does not repeat its last work. */
export function rememberLast<Result>(parse: (text: string) => Result): (text: string) => Result {
  let last: { readonly text: string; readonly result: Result } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, result: parse(text) };
    return last.result;
  };
}
