// What every server and client of a peer says and hears, so that all are measured the same way.
import { createReadStream, writeFileSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'

const lines = createInterface({ input: process.stdin })
const heard = []
const waiting = []
lines.on('line', (line) => (waiting.shift() ?? ((one) => heard.push(one)))(line))
lines.on('close', () => waiting.splice(0).forEach((wake) => wake(undefined)))

/** The next line on the standard input; nothing when there is no more. */
export const hear = () =>
  heard.length > 0 ? Promise.resolve(heard.shift()) : new Promise((wake) => waiting.push(wake))

export const say = (line) => process.stdout.write(`${line}\n`)

/** Every record's story: its id, and the fields each change wrote. */
export async function* stories(file) {
  for await (const line of createInterface({ input: createReadStream(file) })) yield JSON.parse(line)
}

export const keepIds = (folder, ids) => writeFileSync(join(folder, 'ids.txt'), `${ids.join('\n')}\n`)

/** How a client is called: its work, its folder, the server itself and behind the line, the ids, its name. */
export function client() {
  const [work, folder, server, line, idsFile, name] = process.argv.slice(2)
  const ids = readFileSync(idsFile, 'utf8').trim().split('\n')
  return { work, folder, server, line, ids, edited: ids.slice(0, 500), name }
}

/** An edit adds an event of its own, in the same words as Koina's. */
export const edit = (name) => [
  `e:${randomUUID().replaceAll('-', '')}`,
  JSON.stringify({ at: Date.now(), t: 'note', text: `Έγινε αυτοψία, ${name}` }),
]

/** Whether these values have what both clients wrote. */
export const both = (values) =>
  ['A', 'B'].every((name) => values.some((value) => value.includes(`Έγινε αυτοψία, ${name}`)))

/** Waits until the server, which has no other way to say so, is told to end. */
export async function untilTold() {
  while ((await hear()) !== undefined);
  process.exit(0)
}
