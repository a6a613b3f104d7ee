import { expect, it } from "vitest"
import * as Underway from "../src/server/Underway.ts"

it("those that are under way are given up at the end, but not those that have gone, whether first, last or between", () => {
  for (const gone of ["a", "b", "c"]) {
    const givenUp: Array<string> = []
    const underWay = Underway.make()
    const enter = (name: string) => underWay.enter(() => void givenUp.push(name))
    const ones = new Map(["a", "b", "c"].map((name) => [name, enter(name)]))
    underWay.leave(ones.get(gone)!)
    underWay.leave(enter("d"))
    enter("e")
    underWay.end()
    expect(givenUp.toSorted()).toEqual(["a", "b", "c", "e"].filter((name) => name !== gone))
  }
})

it("those that leave as they are given up leave no other one out", () => {
  const givenUp: Array<string> = []
  const underWay = Underway.make()
  for (const name of ["a", "b", "c"]) {
    const one = underWay.enter(() => {
      givenUp.push(name)
      underWay.leave(one)
    })
  }
  underWay.end()
  expect(givenUp.toSorted()).toEqual(["a", "b", "c"])
  underWay.end()
  expect(givenUp.toSorted()).toEqual(["a", "b", "c"])
})
