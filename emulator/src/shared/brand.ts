declare const brand: unique symbol;

/** A `Value` that the type system keeps apart from other values of the same shape. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
