import { manifest, type Planted } from "./Planted.ts"

export const plantedPackages = {
  published: [
    {
      case: "a library that says nothing, has another licence and no example, beside a private one and a right one",
      files: {
        LICENSE: "MIT",
        "libs/domain/package.json": manifest("domain", { dependencies: { effect: "1.0.0" } }),
        "libs/domain/LICENSE": "another",
        "libs/domain/README.md": "# A domain\n\n```ts no-run\nlisten()\n```\n",
        "libs/testkit/package.json": manifest("testkit", { private: true }),
        "libs/algebra/package.json": manifest("algebra", {
          description: "Updates",
          engines: { node: ">=24" },
          files: ["dist", "src", "!dist/.tsbuildinfo"],
          sideEffects: false
        }),
        "libs/algebra/LICENSE": "MIT",
        "libs/algebra/README.md": "# Updates\n\n```ts\n1 + 1 // => 2\n```\n"
      },
      expected: [
        "libs/domain/package.json: has no description",
        "libs/domain/package.json: does not say which Node it needs",
        "libs/domain/package.json: does not say that it has no side effects",
        "libs/domain/package.json: does not pack dist and src without what the compiler notes",
        "libs/domain/package.json: has effect as a dependency and not as a peer",
        "libs/domain/LICENSE: is not the licence of the project",
        "libs/domain/README.md: has no example that runs"
      ]
    }
  ]
} satisfies Readonly<Record<string, ReadonlyArray<Planted>>>
