/**
 * The store on PostgreSQL.
 *
 * @since 0.1.0
 */
export * as Database from "./Database.ts"
export * as EmbeddedPostgres from "./EmbeddedPostgres.ts"
export * as Migration from "./Migration.ts"
export { migrations } from "./migrations.ts"
export * as PostgresStore from "./PostgresStore.ts"
export * as Table from "./Table.ts"
export { tables } from "./tables.ts"
