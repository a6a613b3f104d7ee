import { expect, it } from "vitest"
import { complete, gaps, type Lock } from "../src/Lock.ts"

const lock: Lock = {
  packages: {
    "": {},
    "node_modules/nx": {
      version: "24.0.6",
      dev: true,
      optionalDependencies: { "@nx/nx-linux-x64-musl": "24.0.6", "@nx/nx-win32-x64-msvc": "24.0.6", strange: "1.0.0" }
    }
  }
}

it("a package for another platform gets an entry with its version and platform, in npm's order", () => {
  expect(Object.entries(complete(lock).packages).slice(1, 3)).toEqual([
    ["node_modules/@nx/nx-linux-x64-musl", {
      version: "24.0.6",
      cpu: ["x64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"]
    }],
    ["node_modules/@nx/nx-win32-x64-msvc", {
      version: "24.0.6",
      cpu: ["x64"],
      dev: true,
      optional: true,
      os: ["win32"]
    }]
  ])
})

it("a package whose name does not tell its platform stays a gap", () => {
  expect(gaps(complete(lock))).toEqual([{ name: "strange", version: "1.0.0", dev: true }])
})

it("a complete lock stays as it is", () => {
  expect(complete(complete(lock))).toEqual(complete(lock))
})
