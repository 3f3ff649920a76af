outbox-title = Outbox
outbox-items = What was saved on this device
outbox-search = Search what was saved
outbox-search-hint = Words or number
outbox-state = Which
outbox-state-all = All
outbox-empty = You have not saved anything on this device yet.
outbox-empty-filtered = Nothing matches. Try fewer words, or another state.
outbox-tries = { $count ->
    [0] not tried yet
    [one] 1 try
   *[other] { $count } tries
}
outbox-retry = Send again
outbox-retried = It will be sent again with the next exchange.
outbox-open = Open the record
outbox-saved-at = Saved
outbox-size = Size
outbox-tries-label = Tries
outbox-reason = Why it was not accepted
outbox-kept = What you wrote has been kept on the device.
outbox-typed = What you wrote
outbox-discard = Do not send
outbox-discard-question = Never send it?
outbox-discard-confirm = Yes, do not send it
outbox-discard-what = It leaves this list. If the record began with it, the record leaves too. A copy stays on the device.
outbox-discarded = It will not be sent. A copy stays on the device.
outbox-words = What the words mean
outbox-word-draft = Still being typed; you have not handed it in.
outbox-word-on_device = Saved here safely. It has not left yet.
outbox-word-sent = It left. We wait for the receipt of the server.
outbox-word-received = The municipal server sent a receipt that it has it.
outbox-word-needs_decision = It was not accepted, or clashes with something else. It is kept here; it needs a person.

refused-too_large = It is too large for the server. Write it shorter and save it again.
refused-not_a_change = The server could not read it. Tell the office.
refused-malformed = It arrived damaged. Send it again; if it persists, tell the office.
refused-wrong_actor = It was written with another device. Tell the office.
refused-wrong_record = It belongs to another record. Tell the office.
refused-sequence_reused = The device needs a new identity. Send it again; if it persists, tell the office.
refused-bad_value = It held a value that is not allowed. Correct the record and save again.
refused-fixed = It changed something that does not change after entry. Tell the office what it should say.
refused-not_allowed = The device may not do this. Ask the office to do it.
refused-out_of_scope = It concerns a community that this device does not hold. Tell the office.
refused-waits = It waits for an earlier change of the same record and will go by itself.
refused-follows_refused = It builds on a change that was not accepted. Decide about that one first.
refused-follows_others = It builds on another device’s work, which the desk decides about. After that it is sent by itself.
refused-dismissed = The desk read it and did not take it in. If you think it should, talk to them and send it again.

courier-title = Without network: by a file in hand
courier-what = Write what waits to be sent onto a stick and give it to somebody who goes to the town hall. The file is locked: who carries it can read nothing. Until the answer comes back everything stays on this device too.
courier-place = Where to write it
courier-export = Write a file for the town hall
courier-written = The file is written. Bring it to the town hall.
courier-answer-written = The server has taken it. The answer is written; give it back to whoever brought the file.
courier-file = File: { $path }
courier-take = Open a .koina file that came
courier-taking = Reading the file…
courier-taken = The answer was read.
courier-received = { $count ->
    [one] The server received 1 change of yours.
   *[other] The server received { $count } changes of yours.
}
courier-refused = { $count ->
    [one] 1 was not accepted. Look at the list.
   *[other] { $count } were not accepted. Look at the list.
}
courier-late = This device had newer news already: at most the receipts of the answer were kept.
courier-again = There is more to send or to come: write another file when somebody goes again.
