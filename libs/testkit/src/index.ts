/**
 * What proves a kind of record and a store: generators, the laws of the algebra, and the contract of the ports.
 *
 * @since 0.1.0
 */
export * as ArchiveContract from "./ArchiveContract.ts"
export * as Choice from "./Choice.ts"
export * as Generate from "./Generate.ts"
export * as Laws from "./Laws.ts"
export * as StoreContract from "./StoreContract.ts"
export * as ServiceContract from "./ServiceContract.ts"
export * as Specimen from "./Specimen.ts"
