// Hocuspocus with its SQLite extension; one doc for each record.
import { Server } from '@hocuspocus/server'
import { SQLite } from '@hocuspocus/extension-sqlite'
import * as Y from 'yjs'
import { keepIds, say, stories, untilTold } from './talk.mjs'

const [what, folder, storiesFile] = process.argv.slice(2)
const server = new Server({
  address: '127.0.0.1',
  port: 0,
  quiet: true,
  extensions: [new SQLite({ database: `${folder}/docs.sqlite` })],
})
await server.listen()

if (what === 'feed') {
  const ids = []
  for await (const { id, steps } of stories(storiesFile)) {
    const story = new Y.Doc()
    for (const step of steps)
      story.transact(() => {
        for (const [key, value] of Object.entries(step)) story.getMap('record').set(key, value)
      })
    const doc = await server.hocuspocus.openDirectConnection(id)
    await doc.transact((doc) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(story)))
    await doc.disconnect()
    ids.push(id)
  }
  keepIds(folder, ids)
  say(`fed ${ids.length}`)
} else {
  say(`ready ${server.httpURL.replace('0.0.0.0', '127.0.0.1')}`)
}
await untilTold()
