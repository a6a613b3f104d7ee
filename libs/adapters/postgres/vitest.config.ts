import { availableParallelism } from "node:os"
import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../../vitest.base.ts"

export default mergeConfig(
  base,
  defineConfig({
    test: {
      globalSetup: ["src/testing/globalSetup.ts"],
      // A file waits for the database half of its time: by itself it would leave a machine of two cores idle.
      maxWorkers: Math.max(2, availableParallelism() - 1)
    }
  })
)
