import { MemoryStore } from "@emend/memory"
import { StoreContract } from "@emend/testkit"

StoreContract.suite("records in memory", MemoryStore.layer())

StoreContract.differential("two memories", MemoryStore.layer(), MemoryStore.layer())
