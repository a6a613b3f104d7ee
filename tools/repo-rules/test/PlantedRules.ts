export const decided = {
  decidedRules: [
    { case: "a page that tells no rule", files: {}, expected: ["docs/rules.md: tells no rule"] },
    {
      case: "a rule without a test, one of a file that is not there, and one that the file only speaks of",
      files: {
        "docs/rules.md": [
          "| from | to |",
          "|---|---|",
          "| a | b |",
          "",
          "| rule | shown by |",
          "|---|---|",
          "| One. | nothing |",
          `| Two. | [Gone](../libs/domain/test/Gone.test.ts) "two holds" |`,
          `| Three. | [A](../libs/domain/test/A.test.ts) "three holds", "four holds" |`,
          `| Four. | [A](../libs/domain/test/A.test.ts) "four holds"; [Facts](../libs/testkit/src/Facts.ts) "5 is … and …", "six" |`
        ].join("\n"),
        "libs/domain/test/A.test.ts": `// "three holds"\nit("four holds", () => {})\n`,
        "libs/testkit/src/Facts.ts": "it(`5 is ${a} and ${b}`)\nexport const facts = [{ name: \"six\" }]\n"
      },
      expected: [
        "docs/rules.md:7: names no test",
        "docs/rules.md:8: names libs/domain/test/Gone.test.ts, which does not exist",
        `docs/rules.md:9: names "three holds", which libs/domain/test/A.test.ts does not have`
      ]
    }
  ]
}
