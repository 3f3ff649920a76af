import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import * as Y from 'yjs'
import WebSocket from 'ws'
import { both, client, edit, hear, say } from './talk.mjs'

const { work, server, line, ids, edited, name } = client()

/** Opens docs over one socket and waits until they are synced and nothing of them is still to be sent. */
async function open(url, docs) {
  const socket = new HocuspocusProviderWebsocket({ url: url.replace('http', 'ws'), WebSocketPolyfill: WebSocket })
  const providers = []
  await Promise.all(
    [...docs].map(
      ([id, document], n) =>
        new Promise((done) => {
          const look = () => provider.isSynced && !provider.hasUnsyncedChanges && done()
          const provider = new HocuspocusProvider({
            websocketProvider: socket,
            name: id,
            document,
            // Nobody's cursor is shown; one doc keeps the socket's own check alive.
            ...(n === 0 ? {} : { awareness: null }),
          })
          provider.on('synced', look)
          provider.on('unsyncedChanges', look)
          provider.attach()
          providers.push(provider)
        }),
    ),
  )
  return () => {
    providers.forEach((provider) => provider.destroy())
    socket.destroy()
  }
}

const wanted = work === 'pull' ? ids : edited
const docs = new Map(wanted.map((id) => [id, new Y.Doc()]))
if (work !== 'pull') {
  // Its docs come from the server, unmeasured; then it is without network.
  const close = await open(server, docs)
  close()
  for (const doc of docs.values()) doc.getMap('record').set(...edit(name))
}
say('ready')
await hear()
const values = (doc) => [...doc.getMap('record').values()]
const met =
  work === 'meet'
    ? [...docs.values()].map(
        (doc) =>
          new Promise((done) => {
            const look = () => both(values(doc)) && done()
            doc.on('update', look)
            look()
          }),
      )
    : []
await open(line, docs)
await Promise.all(met)
if ([...docs.values()].some((doc) => values(doc).length === 0)) throw new Error('a doc is empty')
say('done')
await hear()
process.exit(0)
