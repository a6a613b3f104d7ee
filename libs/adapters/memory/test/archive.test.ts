import { MemoryStore } from "@emend/memory"
import { ArchiveContract } from "@emend/testkit"

ArchiveContract.suite("whole records in memory", MemoryStore.layer())
