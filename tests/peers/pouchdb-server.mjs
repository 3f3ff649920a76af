// express-pouchdb over LevelDB: the part of CouchDB's HTTP interface that replication needs.
import PouchDB from 'pouchdb'
import express from 'express'
import expressPouchDB from 'express-pouchdb'
import { keepIds, say, stories, untilTold } from './talk.mjs'

const [what, folder, storiesFile] = process.argv.slice(2)
const Server = PouchDB.defaults({ prefix: `${folder}/` })

if (what === 'feed') {
  const db = new Server('records')
  const all = []
  for await (const story of stories(storiesFile)) all.push(story)
  // One revision for each change; each carries the whole record, as revisions do.
  const docs = all.map(({ id }) => ({ _id: id }))
  for (let step = 0; ; step++) {
    const now = docs.filter((_, n) => step < all[n].steps.length)
    if (now.length === 0) break
    docs.forEach((doc, n) => Object.assign(doc, { fields: { ...doc.fields, ...all[n].steps[step] } }))
    for (let n = 0; n < now.length; n += 500) {
      const some = now.slice(n, n + 500)
      const answers = await db.bulkDocs(some)
      answers.forEach((answer, k) => {
        if (!answer.ok) throw new Error(JSON.stringify(answer))
        some[k]._rev = answer.rev
      })
    }
  }
  keepIds(folder, all.map(({ id }) => id))
  await db.close()
  say(`fed ${all.length}`)
} else {
  const app = express()
  app.use('/', expressPouchDB(Server, { mode: 'minimumForPouchDB', inMemoryConfig: true }))
  const listening = app.listen(0, '127.0.0.1', () => say(`ready http://127.0.0.1:${listening.address().port}`))
}
await untilTold()
