/** That nothing traces where tracing is turned off: not the request, not the use case, not the statement. */
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Tracer from "effect/Tracer"
import { describe, expect, it } from "vitest"
import { testServer } from "./TestServer.ts"

const names: Array<string> = []
const tracer = Tracer.make({
  span: (options) => {
    names.push(options.name)
    return new Tracer.NativeSpan(options)
  }
})

for (const isOn of [false, true]) {
  describe(`tracing that is ${isOn ? "on" : "off"}`, () => {
    const extra = Layer.merge(
      Layer.succeed(Tracer.Tracer)(tracer),
      Layer.succeed(References.TracerEnabled)(isOn)
    )
    const { ask } = testServer({}, { extra })

    it(isOn ? "makes spans of each request" : "makes no span, whatever is asked for", async () => {
      names.length = 0
      await ask("/tasks", { method: "POST", json: { id: "t1" } })
      await ask("/tasks/t1", { method: "PUT", json: { merge_params: { a: 1 } }, headers: { "rebase-from": "\"1\"" } })
      await ask("/agents/tasks", { method: "POST", json: { id: "b1", title: "One" } })
      await ask("/agents/tasks/b1/claim", { method: "POST", json: { user_id: "ann" } })
      await ask("/tasks/none")
      await ask("/nothing")
      if (isOn) expect(names).toEqual(expect.arrayContaining(["POST /tasks", "Tasks.create", "Board.claim", "GET"]))
      else expect(names).toEqual([])
    })
  })
}
