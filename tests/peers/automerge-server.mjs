// automerge-repo with files and a WebSocket, as its own sync server sets it up.
import { Repo, ImmutableString } from '@automerge/automerge-repo'
import { WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket'
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs'
import { WebSocketServer } from 'ws'
import { keepIds, say, stories, untilTold } from './talk.mjs'

const [what, folder, storiesFile] = process.argv.slice(2)
const storage = new NodeFSStorageAdapter(`${folder}/docs`)

if (what === 'feed') {
  let repo = new Repo({ storage })
  const ids = []
  for await (const { steps } of stories(storiesFile)) {
    const handle = repo.create()
    // Values are replaced as wholes, so they are no collaborative texts.
    for (const step of steps)
      handle.change((doc) => {
        for (const [key, value] of Object.entries(step)) doc[key] = new ImmutableString(value)
      })
    ids.push(handle.url)
    // The more docs one repo holds, the longer each takes.
    if (ids.length % 500 === 0) {
      await repo.shutdown()
      repo = new Repo({ storage })
    }
  }
  await repo.shutdown()
  keepIds(folder, ids)
  say(`fed ${ids.length}`)
} else {
  const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((open) => sockets.on('listening', open))
  // It hangs up on a client that gave no sign for this long. The 5 seconds it comes with are too short for a poor line, on
  // which the sign waits behind what is being sent.
  const network = [new WebSocketServerAdapter(sockets, 60_000)]
  new Repo({ storage, network, sharePolicy: async () => false })
  say(`ready http://127.0.0.1:${sockets.address().port}`)
}
await untilTold()
