import { open } from "@emend/postgres/promise"
import { build } from "./service.ts"

const { DATABASE_URL, PORT = "3000" } = process.env
if (DATABASE_URL === undefined) throw new Error("DATABASE_URL names the PostgreSQL of the service")

const emend = await open(DATABASE_URL)
const app = build(emend)
console.log(`listening on ${await app.listen({ port: Number(PORT), host: "127.0.0.1" })}`)

process.once("SIGTERM", async () => {
  await app.close()
  await emend.close()
})
