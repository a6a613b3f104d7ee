/** Every planted fault. */
import { dataMutants } from "./DataMutants.ts"
import { fieldMutants } from "./FieldMutants.ts"
import { mapMutants } from "./MapMutants.ts"
import type { Mutant } from "./Mutant.ts"
import { recordMutants } from "./RecordMutants.ts"

export const mutants: ReadonlyArray<Mutant> = [...recordMutants, ...mapMutants, ...fieldMutants, ...dataMutants]
