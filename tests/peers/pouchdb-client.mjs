import PouchDB from 'pouchdb'
import { both, client, edit, hear, say } from './talk.mjs'

const { work, folder, line, ids, edited, name } = client()
const db = new PouchDB(`${folder}/records`)
const remote = new PouchDB(`${line}/records`)

if (work !== 'pull') {
  const { rows } = await db.allDocs({ keys: edited, include_docs: true })
  const docs = rows.map(({ doc }) => {
    const [key, value] = edit(name)
    return { ...doc, fields: { ...doc.fields, [key]: value } }
  })
  await db.bulkDocs(docs)
}
say('ready')
await hear()
if (work === 'pull') {
  await db.replicate.from(remote)
  const { doc_count } = await db.info()
  if (doc_count !== ids.length) throw new Error(`${doc_count} of ${ids.length}`)
} else if (work === 'push') {
  const { docs_written } = await db.replicate.to(remote)
  if (docs_written !== edited.length) throw new Error(`${docs_written} of ${edited.length}`)
} else {
  // A record both wrote to has two leaves here and there; both are read.
  const met = new Set()
  const look = async (id) => {
    const leaves = await db.get(id, { open_revs: 'all' })
    if (both(leaves.flatMap(({ ok }) => Object.values(ok?.fields ?? {})))) met.add(id)
  }
  const sync = db.sync(remote, { live: true, retry: true })
  await new Promise((done, fail) => {
    sync.on('error', fail)
    sync.on('change', async ({ direction, change }) => {
      if (direction !== 'pull') return
      await Promise.all(change.docs.map(({ _id }) => look(_id)))
      if (met.size === edited.length) done()
    })
  })
}
say('done')
await hear()
process.exit(0)
