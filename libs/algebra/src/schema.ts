/**
 * Declarations with schemas: kinds of record whose wire format is derived. Needs `effect`.
 *
 * @since 0.1.0
 */
export * as Creation from "./schema/Creation.ts"
export * as Declare from "./schema/Declare.ts"
export * as Guard from "./schema/Guard.ts"
export * as Kind from "./schema/Kind.ts"
