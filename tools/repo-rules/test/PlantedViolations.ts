import type { rules } from "../src/rules.ts"
import { manifest, type Planted } from "./Planted.ts"
import { imports } from "./PlantedImports.ts"
import { plantedPackages } from "./PlantedPackages.ts"
import { decided } from "./PlantedRules.ts"

const doc = "/**\n * Tells a thing.\n *\n * @category things @since 0.1.0\n */\n"
const list = "libs/domain/src/kinds.ts"

const described = (layer: string) => ({
  license: "MIT",
  type: "module",
  nx: { tags: [`layer:${layer}`] },
  scripts: { test: "vitest run" }
})

const kindFiles = {
  [list]: `import { taskKind } from "./kinds/Task.ts"\nexport const kinds = [taskKind]\n`,
  "libs/domain/src/kinds/Task.ts":
    `export const Task = Kind.make("Task", {})\nexport const Edit = Kind.make("Edit", {})\nexport const taskKind = { kind: Task, touched: "updated_at" }\n`
}

const filledKind = {
  ...kindFiles,
  "libs/domain/src/index.ts": `export * as Task from "./kinds/Task.ts"\n`,
  "libs/domain/test/golden/Task.state.json": "{}",
  "libs/domain/test/golden/Task.wire.json": "{}"
}

export const planted: Readonly<Record<keyof typeof rules, ReadonlyArray<Planted>>> = {
  ...imports,
  ...decided,
  ...plantedPackages,
  names: [
    {
      case: "names that say nothing, of files and of folders",
      files: {
        "libs/domain/src/utils.ts": "",
        "libs/domain/src/common/Task.ts": "",
        "libs/domain/src/types.d.ts": "",
        "libs/domain/src/Task.ts": ""
      },
      expected: [
        "libs/domain/src/utils.ts: the name utils.ts does not say what it holds",
        "libs/domain/src/common/Task.ts: the name common does not say what it holds",
        "libs/domain/src/types.d.ts: the name types.d.ts does not say what it holds"
      ]
    }
  ],
  barrels: [
    {
      case: "code in a barrel",
      files: { "libs/domain/src/index.ts": `export * as A from "./A.ts"\nexport const a = 1\n` },
      expected: ["libs/domain/src/index.ts:2: an index.ts holds code"]
    }
  ],
  length: [
    {
      case: "401 lines, not 400",
      files: { "a.ts": "1\n".repeat(400), "b.ts": "1\n".repeat(401) },
      expected: ["b.ts: has 401 lines"]
    }
  ],
  purity: [
    {
      case: "a clock, a random number, a throw, a wait; not the words in a comment or a text",
      files: {
        "libs/algebra/src/a.ts": [
          `// throw, try, async, Date.now()`,
          `export const a = "throw Math.random()"`,
          `export const b = () => Date.now() + Math.random()`,
          `export const c = async () => { try { throw new Date() } finally { await 1 } }`,
          `export const d = (at: number) => new Date(at)`
        ].join("\n"),
        "libs/domain/src/kinds/a.ts": `export const a = () => { throw 1 }`,
        "libs/domain/src/Tasks.ts": `export const a = () => { throw 1 }`
      },
      expected: [
        "libs/algebra/src/a.ts:3: a pure part uses Date.now",
        "libs/algebra/src/a.ts:3: a pure part uses Math.random",
        "libs/algebra/src/a.ts:4: a pure part uses async",
        "libs/algebra/src/a.ts:4: a pure part uses try",
        "libs/algebra/src/a.ts:4: a pure part uses throw",
        "libs/algebra/src/a.ts:4: a pure part uses new Date()",
        "libs/algebra/src/a.ts:4: a pure part uses await",
        "libs/domain/src/kinds/a.ts:1: a pure part uses throw"
      ]
    }
  ],
  docstrings: [
    {
      case: "no docstring, no summary, no sentence, the imperative, no version, no category",
      files: {
        "libs/domain/package.json": manifest("domain", { exports: { ".": { "@emend/source": "./src/index.ts" } } }),
        "libs/domain/src/index.ts": `export * as A from "./a.ts"\n`,
        "libs/domain/src/c.ts": `/** Not for others. */\nexport const c = 1\nexport const d = 1\n`,
        "libs/domain/src/a.ts": [
          `${doc}export const fine = 1`,
          `export const none = 1`,
          `/** @category a @since 0.1.0 */\nexport const silent = 1`,
          `/**\n * a value\n *\n * @category a @since 0.1.0\n */\nexport const fragment = 1`,
          `/**\n * Return a value.\n *\n * @category a @since 0.1.0\n */\nexport function order() {}`,
          `/** Holds a value. */\nexport interface Old {}`,
          `/** Holds a value. @internal */\nexport interface Inside {}`
        ].join("\n\n"),
        "libs/domain/src/b.ts": `/** Inside. @internal */\nimport "x"\nexport const b = 1\n`
      },
      expected: [
        "libs/domain/src/c.ts:3: d has no docstring",
        "libs/domain/src/a.ts:8: none has no docstring",
        "libs/domain/src/a.ts:11: silent has a docstring without a summary",
        "libs/domain/src/a.ts:18: fragment has a summary that is no sentence",
        "libs/domain/src/a.ts:25: order has a summary that is not in the third person",
        "libs/domain/src/a.ts:28: Old has no @since",
        "libs/domain/src/a.ts:28: Old has no @category"
      ]
    }
  ],
  wording: [
    {
      case: "folders of one machine, not the same words in a path of the web",
      files: {
        "README.md": `See /${"home"}/ann/notes and https://example.org/home/ann.\n`,
        "a.ts": `const a = "/${"root"}/data"\n`,
        "b.ts": `const b = join(base, "../work/a")\n`
      },
      expected: [
        "README.md:1: names a folder of one machine",
        "a.ts:1: names a folder of one machine"
      ]
    },
    {
      case: "where a package came from, in the lock and elsewhere",
      files: {
        "package-lock.json": [
          `{"node_modules/@emend/algebra": {`,
          `"resolved": "libs/algebra",`,
          `"resolved": "https://${"registry"}.example.org/a.tgz" }}`
        ].join("\n"),
        ".npmrc": `fund=false\nregistry=https://${"registry"}.example.org\n`,
        "a.md": `https://example.org/${"npm"}/\n`
      },
      expected: [
        "package-lock.json:3: keeps the address that a package was downloaded from",
        ".npmrc:2: names the host of a registry",
        "a.md:1: names a mirror"
      ]
    },
    {
      case: "what is unfinished",
      files: { "a.ts": `// ${"TO" + "DO"}: later\n`, "b.ts": `${"<<<<" + "<<<"} ours\n` },
      expected: ["a.ts:1: is marked unfinished", "b.ts:1: holds a merge conflict"]
    }
  ],
  links: [
    {
      case: "a missing file, a missing heading; not the web, code and what is there",
      files: {
        "docs/a.md": [
          "# Top level",
          "[b](b.md) [top](#top-level) [up](../README.md) [folder](../libs/) [web](https://example.org)",
          "[gone](gone.md) [none](../README.md#none)",
          "```md\n[code](code.md)\n```\n`[code](code.md)`"
        ].join("\n"),
        "docs/b.md": "",
        "README.md": "# Emend\n",
        "libs/algebra/package.json": "{}"
      },
      expected: [
        "docs/a.md:3: leads to docs/gone.md, which does not exist",
        "docs/a.md:3: leads to the heading #none of README.md, which does not exist"
      ]
    }
  ],
  decisions: [
    {
      case: "a gap, other headings, another number in the title",
      files: {
        "docs/decisions/0001-a.md": "# 0001. A\n\n## Context\n\n## Decision\n\n## Consequences\n",
        "docs/decisions/0003-b.md": "# 0002. B\n\n## Context\n\n## Consequences\n"
      },
      expected: [
        "docs/decisions/0003-b.md: is number 2 in the folder and has another number in its name",
        "docs/decisions/0003-b.md:1: does not begin with its number and title",
        "docs/decisions/0003-b.md: has the headings Context, Consequences and not Context, Decision, Consequences"
      ]
    }
  ],
  manifests: [
    {
      case: "a library and an app that say nothing",
      files: {
        "tsconfig.json": `{ "references": [{ "path": "libs/domain" }] }`,
        "tsconfig.tests.json": `{}`,
        "libs/domain/tsconfig.json": "{}",
        "libs/domain/package.json": manifest("domain", { nx: { tags: ["layer:algebra"] } }),
        "apps/server/package.json": manifest("server", {
          license: "MIT",
          type: "module",
          nx: { tags: ["layer:app"] },
          scripts: { test: "vitest run" }
        })
      },
      expected: [
        "libs/domain/package.json: has no license",
        "libs/domain/package.json: is not of the type module",
        "libs/domain/package.json: does not have the nx tag layer:domain",
        "libs/domain/package.json: has no test script",
        "libs/domain/package.json: has no exports",
        "libs/domain/package.json: is not among the references of tsconfig.tests.json",
        "apps/server/package.json: is not private",
        "apps/server/package.json: has no tsconfig.json"
      ]
    },
    {
      case: "a workspace dependency that the compiler is not told of",
      files: {
        "tsconfig.json": `{ "path": "tools/bench" }, { "path": "apps/server" }`,
        "tsconfig.tests.json": `{ "path": "tools/bench" }, { "path": "apps/server" }`,
        "tools/bench/tsconfig.json": "{}",
        "tools/bench/package.json": manifest("bench", {
          ...described("tool"),
          private: true,
          dependencies: { "@emend/server": "0.1.0" }
        }),
        "apps/server/tsconfig.json": "{}",
        "apps/server/package.json": manifest("server", { ...described("app"), private: true })
      },
      expected: ["tools/bench/package.json: has no reference to ../../apps/server in its tsconfig.json"]
    },
    {
      case: "an export that does not lead to the source first",
      files: {
        "tsconfig.json": `{ "path": "libs/domain" }`,
        "tsconfig.tests.json": `{ "path": "libs/domain" }`,
        "libs/domain/tsconfig.json": "{}",
        "libs/domain/package.json": manifest("domain", {
          license: "MIT",
          type: "module",
          nx: { tags: ["layer:domain"] },
          scripts: { test: "vitest run" },
          exports: { ".": { types: "./dist/index.d.ts", "@emend/source": "./src/index.ts" } }
        })
      },
      expected: [`libs/domain/package.json: has the export . without "@emend/source" first`]
    }
  ],
  exactVersions: [
    {
      case: "a range",
      files: {
        "package.json": JSON.stringify({ devDependencies: { a: "1.2.3", b: "24" }, dependencies: { c: "^1.0.0" } }),
        "libs/domain/package.json": manifest("domain", { peerDependencies: { d: "~1.0.0", e: "1.0.0-beta.17" } })
      },
      expected: [
        "package.json: asks for c ^1.0.0",
        "package.json: asks for b 24",
        "libs/domain/package.json: asks for d ~1.0.0"
      ]
    }
  ],
  repeatedKeys: [
    {
      case: "a key twice, on any level; not the same key in two places",
      files: {
        "package.json": `{\n  "name": "a",\n  "devDependencies": { "a": "1.0.0" },\n  "devDependencies": {}\n}\n`,
        "libs/domain/package.json":
          `{ "exports": { ".": { "default": "a" }, "./b": { "default": "b", "default": "c" } } }`,
        "libs/algebra/package.json": `{ "dependencies": { "a": "1.0.0" }, "devDependencies": { "a": "1.0.0" } }`
      },
      expected: ["package.json:4: has devDependencies twice", "libs/domain/package.json:1: has default twice"]
    }
  ],
  lock: [
    {
      case: "a package for another platform that is left out",
      files: {
        "package-lock.json": JSON.stringify({
          packages: {
            "node_modules/a": { optionalDependencies: { "a-linux-x64": "1.0.0", "a-darwin-x64": "1.0.0", b: "1.0.0" } },
            "node_modules/a-linux-x64": {},
            "node_modules/a/node_modules/b": {}
          }
        })
      },
      expected: ["package-lock.json: has no entry of a-darwin-x64"]
    }
  ],
  tests: [
    {
      case: "tests that do not run, and a mock",
      files: {
        "libs/domain/test/a.test.ts": [
          `it.only("a", () => {})`,
          `describe.skip("b", () => {})`,
          `it.effect.skip("c", () => {})`,
          `test.todo("d")`,
          `vi.mock("node:fs")`,
          `it.skipIf(true)("e", () => {})`,
          `expect(page.skip).toBe(0) // it.only`
        ].join("\n")
      },
      expected: [
        "libs/domain/test/a.test.ts:1: uses it.only",
        "libs/domain/test/a.test.ts:2: uses describe.skip",
        "libs/domain/test/a.test.ts:3: uses effect.skip",
        "libs/domain/test/a.test.ts:4: uses test.todo",
        "libs/domain/test/a.test.ts:5: uses vi.mock",
        "libs/domain/test/a.test.ts:6: uses it.skipIf"
      ]
    }
  ],
  kinds: [
    {
      case: "a kind with none of its places",
      files: {
        ...kindFiles,
        "libs/domain/test/golden/TaskAgent.state.json": "{}",
        "libs/adapters/postgres/src/tables.ts": `// table("Task")\nexport const tables = [table("TaskAgent")]\n`,
        "docs/glossary.md": "**TaskAgent**"
      },
      expected: [
        "libs/domain/src/kinds/Task.ts: the kind Task is not exported by libs/domain/src/index.ts",
        ...["state", "wire", "update", "revision"].map((shape) =>
          `libs/domain/src/kinds/Task.ts: the kind Task has no golden file Task.${shape}.json in libs/domain/test/golden`
        ),
        "libs/domain/src/kinds/Task.ts: the kind Task has no table in libs/adapters/postgres",
        "libs/domain/src/kinds/Task.ts: the kind Task is not in docs/glossary.md"
      ]
    },
    {
      case: "two shapes that a kind lacks; none of a kind without updates, which has only two",
      files: {
        ...filledKind,
        [list]:
          `import { taskKind } from "./kinds/Task.ts"\nimport { agentKind } from "./kinds/Agent.ts"\nexport const kinds = [taskKind, agentKind]\n`,
        "libs/domain/src/index.ts":
          `export * as Task from "./kinds/Task.ts"\nexport * as Agent from "./kinds/Agent.ts"\n`,
        "libs/domain/src/kinds/Agent.ts":
          `export const Agent = Kind.make("Agent", {})\nexport const agentKind = { kind: Agent }\n`,
        "libs/domain/test/golden/Agent.state.json": "{}",
        "libs/domain/test/golden/Agent.wire.second.json": "{}",
        "libs/adapters/postgres/src/tables.ts": `export const tables = [table("Task"), table("Agent")]\n`,
        "docs/glossary.md": "**Task** **Agent**",
        "libs/domain/test/golden/TaskAgent.update.json": "{}",
        "libs/domain/test/golden/Task.revisions.json": "{}"
      },
      expected: ["update", "revision"].map((shape) =>
        `libs/domain/src/kinds/Task.ts: the kind Task has no golden file Task.${shape}.json in libs/domain/test/golden`
      )
    },
    {
      case: "nothing where every place is filled",
      files: {
        ...filledKind,
        "libs/domain/test/golden/Task.update.json": "{}",
        "libs/domain/test/golden/Task.revision.json": "{}",
        "libs/adapters/postgres/src/tables.ts": `export const tables = [table("Task")]\n`,
        "docs/glossary.md": "**Task**"
      },
      expected: []
    },
    {
      case: "a list that cannot be read",
      files: { [list]: "export const kinds = all()\n" },
      expected: ["libs/domain/src/kinds.ts: lists no kind that can be read"]
    }
  ],
  adapters: [
    {
      case: "an adapter whose tests run no contract",
      files: {
        "libs/adapters/memory/package.json": manifest("memory"),
        "libs/adapters/memory/test/a.test.ts": `import "vitest"\n`,
        "libs/adapters/postgres/package.json": manifest("postgres"),
        "libs/adapters/postgres/test/contract.test.ts":
          `import { StoreContract } from "@emend/testkit"\nStoreContract.suite("records", layer)\n`,
        "libs/adapters/other/package.json": manifest("other"),
        "libs/adapters/other/test/contract.test.ts":
          `import { StoreContract } from "@emend/testkit"\n// StoreContract.suite("records", layer)\nStoreContract.differential()\n`
      },
      expected: ["memory", "other"].map((name) =>
        `libs/adapters/${name}/package.json: has no test that calls StoreContract.suite of @emend/testkit`
      )
    },
    {
      case: "an adapter of the services whose tests run the contract of the ports",
      files: {
        "libs/adapters/http/package.json": manifest("http", { dependencies: { "@emend/http-api": "0.1.0" } }),
        "libs/adapters/http/test/contract.test.ts":
          `import { StoreContract } from "@emend/testkit"\nStoreContract.suite("records", layer)\n`
      },
      expected: ["libs/adapters/http/package.json: has no test that calls ServiceContract.suite of @emend/testkit"]
    }
  ]
}
