import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.base.ts"

export default mergeConfig(
  base,
  defineConfig({
    test: {
      // Each file starts processes of its own: side by side they would only wait for each other.
      fileParallelism: false,
      globalSetup: [
        "../../libs/adapters/postgres/src/testing/globalSetup.ts",
        "../../tools/bundles/src/forTests.ts"
      ]
    }
  })
)
