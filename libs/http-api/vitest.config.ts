import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.base.ts"

// What the wire says must not depend on the store below it: what asks a store runs on both.
const asksNone = [
  "JsonBody",
  "Conditions",
  "OpenApi",
  "Shorten",
  "Page",
  "Examples",
  "Identity",
  "Keys",
  "Limits",
  "Metrics",
  "RequestLog"
].map((name) => `test/${name}.test.ts`)

export default mergeConfig(
  base,
  defineConfig({
    test: {
      projects: [
        {
          extends: true,
          // It compares both.
          test: { name: "memory", exclude: ["test/Conformance.test.ts"], provide: { emendStore: "memory" } }
        },
        {
          extends: true,
          test: {
            name: "postgres",
            exclude: asksNone,
            provide: { emendStore: "postgres" },
            globalSetup: ["../adapters/postgres/src/testing/globalSetup.ts"]
          }
        }
      ]
    }
  })
)
