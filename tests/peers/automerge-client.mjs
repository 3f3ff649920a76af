import { Repo, ImmutableString } from '@automerge/automerge-repo'
import { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket'
import { NodeFSStorageAdapter } from '@automerge/automerge-repo-storage-nodefs'
import { both, client, edit, hear, say } from './talk.mjs'

const { work, folder, line, ids, edited, name } = client()
const repo = new Repo({ storage: new NodeFSStorageAdapter(`${folder}/docs`) })

let handles = []
if (work !== 'pull') {
  handles = await Promise.all(edited.map((id) => repo.find(id)))
  for (const handle of handles)
    handle.change((doc) => {
      const [key, value] = edit(name)
      doc[key] = new ImmutableString(value)
    })
  await repo.flush()
}
say('ready')
await hear()
const peer = new Promise((met) => repo.networkSubsystem.on('peer', met))
repo.networkSubsystem.addNetworkAdapter(new WebSocketClientAdapter(line.replace('http', 'ws')))
const { peerMetadata } = await peer

/** Waits until every handle is as it should be; looks when something happened to it. */
const until = (event, fits) =>
  Promise.all(
    handles.map(
      (handle) =>
        new Promise((done) => {
          const look = () => fits(handle) && done()
          handle.on(event, look)
          look()
        }),
    ),
  )

if (work === 'pull') {
  handles = await Promise.all(ids.map((id) => repo.find(id)))
  await repo.flush()
} else {
  const { storageId } = peerMetadata
  if (work === 'push')
    await until(
      'remote-heads',
      (handle) => handle.getSyncInfo(storageId)?.lastHeads?.join() === handle.heads().join(),
    )
  else await until('change', (handle) => both(Object.values(handle.doc()).map(String)))
}
say('done')
await hear()
process.exit(0)
