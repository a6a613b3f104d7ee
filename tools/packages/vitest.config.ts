import { defineConfig, mergeConfig } from "vitest/config"
import base from "../../vitest.base.ts"

export default mergeConfig(
  base,
  defineConfig({ test: { globalSetup: ["src/globalSetup.ts"], testTimeout: 300_000, hookTimeout: 300_000 } })
)
