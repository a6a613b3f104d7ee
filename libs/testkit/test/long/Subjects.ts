/** What the long run checks: every kind of the domain, and made-up ones. */
import { Configuration, kinds, TaskAgent } from "@emend/domain"
import { Generate, type Laws, Specimen } from "@emend/testkit"

interface Checked {
  readonly given: Laws.Given
  readonly options?: Laws.Options
}

const { Note, Odd, Proto, isRanked } = Specimen

export const subjects: Readonly<Record<string, Checked>> = {
  ...Object.fromEntries(kinds.map(({ kind }): [string, Checked] => [kind.name, { given: kind }])),
  "TaskAgent.Edit": { given: TaskAgent.Edit },
  Configuration: {
    given: Configuration.Configuration,
    options: { valid: (state) => Configuration.problems(state as Configuration.Configuration).length === 0 }
  },
  "Specimen.Note": { given: Note, options: { valid: isRanked } },
  "Specimen.Proto": { given: Proto },
  "Specimen.Odd": { given: { entity: Odd, state: Generate.state(Odd), patch: Generate.patch(Odd) } }
}
