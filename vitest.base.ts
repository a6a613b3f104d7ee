/**
 * What every package's tests share. A package's own `vitest.config.ts` is
 * `export default mergeConfig(base, defineConfig({ test: { … } }))`, or just `export { default } from "…/vitest.base.ts"`.
 */
import { defaultClientConditions, defaultServerConditions } from "vite"
import { defineConfig } from "vitest/config"

/** The condition under which a workspace package's `exports` point at its sources, so that tests need no build. */
const source = "@emend/source"

// nx asks for colours in the name of everything that it starts; tests read the plain output of what they start.
delete process.env["FORCE_COLOR"]

export default defineConfig({
  resolve: { conditions: [source, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  // What runs before the tests has an environment of its own, which takes none of the above.
  environments: { __vitest__: { resolve: { conditions: [source, ...defaultServerConditions] } } },
  test: {
    include: ["test/**/*.test.ts"],
    // A test that runs for ever is a failure; a slow machine is not.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A focused test that is committed would silently switch off its neighbours.
    allowOnly: false
  }
})
