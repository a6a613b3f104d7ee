import { manifest, type Planted } from "./Planted.ts"

export const imports = {
  declaredImports: [
    {
      case: "an undeclared workspace package",
      files: {
        "libs/domain/package.json": manifest("domain"),
        "libs/domain/src/a.ts": `import * as Effect from "effect/Effect"\nexport type * from "@emend/algebra"\n`
      },
      expected: [
        "libs/domain/src/a.ts:1: imports effect, which @emend/domain does not declare",
        "libs/domain/src/a.ts:2: imports @emend/algebra, which @emend/domain does not declare"
      ]
    },
    {
      case: "a type import in the middle of a type, and a dynamic import",
      files: {
        "libs/domain/package.json": manifest("domain"),
        "libs/domain/src/a.ts": `export type A = import("left").A\nvoid import("right")\n`
      },
      expected: [
        "libs/domain/src/a.ts:1: imports left, which @emend/domain does not declare",
        "libs/domain/src/a.ts:2: imports right, which @emend/domain does not declare"
      ]
    },
    {
      case: "an undeclared package beside a project inside a package, which answers for itself",
      files: {
        "tools/packages/package.json": manifest("packages"),
        "tools/packages/consumers/one/package.json": "{}",
        "tools/packages/consumers/one/src/a.ts": `import "left"\n`,
        "tools/packages/consumers/one-more.ts": `import "right"\n`
      },
      expected: ["tools/packages/consumers/one-more.ts:1: imports right, which @emend/packages does not declare"]
    },
    {
      case: "a development dependency in what is shipped, not in a test",
      files: {
        "package.json": JSON.stringify({ devDependencies: { vitest: "1.0.0" } }),
        "libs/domain/package.json": manifest("domain", { devDependencies: { "fast-check": "1.0.0" } }),
        "libs/domain/src/a.ts": `import "fast-check"\nimport "node:fs"\n`,
        "libs/domain/test/a.test.ts": `import "fast-check"\nimport "vitest"\nimport "@emend/domain"\n`
      },
      expected: ["libs/domain/src/a.ts:1: imports fast-check, which @emend/domain does not declare"]
    },
    {
      case: "a relative path into another package",
      files: {
        "libs/domain/package.json": manifest("domain"),
        "libs/domain/vitest.config.ts": `export { default } from "../../vitest.base.ts"\n`,
        "libs/domain/src/a.ts": `export * from "../../algebra/src/index.ts"\n`
      },
      expected: ["libs/domain/src/a.ts:1: imports libs/algebra/src/index.ts, a file outside of its package"]
    }
  ],
  layers: [
    {
      case: "a layer above",
      files: {
        "libs/domain/package.json": manifest("domain"),
        "libs/http-api/package.json": manifest("http-api"),
        "libs/domain/src/a.ts": `import "@emend/http-api/handlers"\n`
      },
      expected: [
        "libs/domain/src/a.ts:1: a file of the layer domain imports @emend/http-api/handlers, of the layer http-api"
      ]
    },
    {
      case: "an adapter in an adapter, and the wire outside of the http adapter",
      files: {
        "libs/http-api/package.json": manifest("http-api"),
        "libs/adapters/http/package.json": manifest("http"),
        "libs/adapters/memory/package.json": manifest("memory"),
        "libs/adapters/http/src/a.ts": `import "@emend/http-api"\nimport "@emend/memory"\n`,
        "libs/adapters/memory/src/a.ts": `import "@emend/http-api"\n`
      },
      expected: [
        "libs/adapters/http/src/a.ts:2: a file of the layer adapter imports @emend/memory, of the layer adapter",
        "libs/adapters/memory/src/a.ts:1: a file of the layer adapter imports @emend/http-api, of the layer http-api"
      ]
    },
    {
      case: "the testkit outside of tests, and an app and a tool in tests of what is no tool",
      files: {
        "libs/testkit/package.json": manifest("testkit"),
        "apps/server/package.json": manifest("server"),
        "apps/server/src/main.ts": `import "@emend/testkit"\n`,
        "libs/testkit/test/a.test.ts": `import "@emend/server"\n`,
        "apps/server/test/a.test.ts": `import "@emend/testkit"\n`,
        "tools/bench/package.json": manifest("bench"),
        "tools/campaigns/package.json": manifest("campaigns"),
        "tools/campaigns/src/a.ts": `import "@emend/bench/environment"\n`,
        "libs/testkit/test/b.test.ts": `import "@emend/bench"\n`
      },
      expected: [
        "libs/testkit/test/a.test.ts:1: a file of the layer testkit imports @emend/server, of the layer app",
        "libs/testkit/test/b.test.ts:1: a file of the layer testkit imports @emend/bench, of the layer tool",
        "apps/server/src/main.ts:1: a file of the layer app imports @emend/testkit, of the layer testkit"
      ]
    },
    {
      case: "a dependency of the core, and effect's drivers in the pure parts",
      files: {
        "libs/algebra/package.json": manifest("algebra"),
        "libs/domain/package.json": manifest("domain"),
        "libs/algebra/src/Entity.ts": `import "effect/Result"\n`,
        "libs/algebra/src/schema/Kind.ts": `import "effect/Schema"\n`,
        "libs/domain/src/a.ts": `import "effect/sql/SqlClient"\nimport "effect/Effect"\nimport "@effect/sql-pg"\n`
      },
      expected: [
        "libs/algebra/src/Entity.ts:1: the core of the algebra imports effect/Result",
        "libs/domain/src/a.ts:1: imports effect/sql/SqlClient, which is no core module of effect",
        "libs/domain/src/a.ts:3: imports @effect/sql-pg, which is no core module of effect"
      ]
    }
  ]
} satisfies Readonly<Record<string, ReadonlyArray<Planted>>>
