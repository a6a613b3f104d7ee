/**
 * Makes the bundles of the apps that are named, or of all: `npm run bundle`.
 *
 * @since 0.1.0
 */
import { fileURLToPath } from "node:url"
import * as Bundle from "./Bundle.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const named = process.argv.slice(2)

for (const app of named.length === 0 ? Bundle.apps : named) await Bundle.make(root, app)
