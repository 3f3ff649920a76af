app-name = Koina
back = Back
continue = Continue
cancel = Cancel
close = Close
retry = Try again
yes = Yes
no = No
optional = (optional)
choose = Choose
all = All
loading = Loading…
more = More
less = Less
search = Search
search-clear = Clear the search
filters = Filters
filters-active = Filters ({ $count })
filters-clear = No filters
skip-link = Skip to content
language-switch = Ελληνικά
navigation = Main navigation
count-left = { $count ->
    [one] 1 character left
   *[other] { $count } characters left
}
count-over = { $count ->
    [one] 1 character too many
   *[other] { $count } characters too many
}
list-count = { $count ->
    [one] 1 record
   *[other] { NUMBER($count) } records
}
list-failed = The list did not load.
reading-failed = This did not load.

nav-today = Today
nav-requests = Requests
nav-assets = Assets
nav-outbox = Outbox
nav-inbox = Inbox
nav-enter = New request
nav-conflicts = Conflicts
nav-devices = Devices

# The five words: one meaning everywhere.
saved-draft = Draft
saved-on_device = On device
saved-sent = Sent
saved-received = Received
saved-needs_decision = Needs decision

status-RECEIVED = New
status-PROTOCOLLED = Registered
status-ASSIGNED = Assigned
status-IN_PROGRESS = In progress
status-ON_HOLD = On hold
status-CANNOT_BE_DONE = Cannot be done
status-REOPENED = Reopened
status-FORWARDED = Forwarded
status-RESOLVED = Completed
status-REJECTED = Not accepted
status-DUPLICATE = Duplicate
status-WITHDRAWN = Withdrawn

priority-1 = Danger
priority-2 = High
priority-3 = Normal
priority-4 = Low
priority-label = Priority: { $word }

condition-1 = 1 – New
condition-2 = 2 – Good
condition-3 = 3 – Fair
condition-4 = 4 – Poor
condition-5 = 5 – Dangerous
condition-none = Never inspected

channel-crew = Found by a crew
channel-phone = Phone
channel-counter = Counter
channel-email = E-mail
channel-import = From another system
channel-kiosk = Kiosk

kind-request = Request
kind-asset = Asset

when-yesterday = yesterday { $hour }
age-now = just now
age-ago = { $span } ago
age-ahead = in { $span }
span-minutes = { $count ->
    [one] 1 minute
   *[other] { $count } minutes
}
span-hours = { $count ->
    [one] 1 hour
   *[other] { $count } hours
}
span-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
span-months = { $count ->
    [one] 1 month
   *[other] { $count } months
}
span-years = { $count ->
    [one] 1 year
   *[other] { $count } years
}

exchange-title = Exchange with the municipality
exchange-pending = { $count ->
    [0] Everything was received
    [one] 1 to send
   *[other] { NUMBER($count) } to send
}
exchange-last = last exchange { $when }
exchange-never = no exchange yet
exchange-unknown = The state of the exchange is unknown
exchange-decisions = { $count ->
    [one] 1 needs a decision
   *[other] { NUMBER($count) } need a decision
}
exchange-network = Device network
exchange-network-on = on
exchange-network-off = off
exchange-now = Send now
exchange-running = Exchanging…
exchange-progress = { NUMBER($done) } of { NUMBER($expected) } records
exchange-remaining = about { $span } left
exchange-remaining-short = a few seconds
exchange-finished = The exchange ended at { $hour }.

data-as-of = Data as of { $when }
data-stale = The data are old ({ $span }). Exchange when you find a network.
data-never = The device has not received data from the municipality yet. Exchange when you find a network.

draft-kept = Kept on this device
draft-restored = You continue where you had stopped.
draft-clear = Start over
draft-failed = The draft was not saved: do not leave this screen. { $problem }
saved-here = Saved on this device { $hour }

second-tap-no = No, go back

withdrawn-title = This device was withdrawn
withdrawn-body = The office withdrew the device “{ $name }” ({ $municipality }). What was saved here was sent to the municipality and erased from the device on { $when }. To work again it needs a new invitation.
start-title = Connect this device to the municipality
start-lead = This is done once and needs a network. Afterwards the device works without one too.
start-how = What did the office give you?
start-how-code = An address and a code
start-how-qr = Text of a QR or a message
start-server = Server address
start-server-hint = As you were given it, for example https://koina.dimos.gr
start-server-missing = Type the address of the server.
start-code = Connection code
start-code-hint = It is good for one device and for a few days.
start-code-missing = Type the connection code.
start-qr = Text of the QR
start-qr-hint = Paste the whole text.
start-qr-missing = Paste the text of the QR.
start-go = Connect
start-busy = Connecting…
start-first-load = The data of the municipality are coming in
start-first-load-hint = You can already work; fetching continues.

recovered-title = The database of this device was damaged and has been begun anew
recovered-unsent = { $count ->
    [0] No changes were found that had not been sent.
    [one] 1 change that had not been sent was brought along and will be sent.
   *[other] { NUMBER($count) } changes that had not been sent were brought along and will be sent.
}
recovered-part = The old database could not be read in full. Changes may be missing: show the device to the desk.
recovered-records = The records of the municipality come back with the next exchange.
recovered-enrol = The device no longer knows its municipality. Connect it with a new code and show it to the desk: what had not been sent stays in the old database.
recovered-file = The old database is kept: { $file }
recovered-seen = I have read this

place-community = Community
place-community-blank = Choose a community
place-settlement = Settlement
place-settlement-blank = The whole community
place-words = Where exactly
place-words-hint = For example “square, next to the fountain”.
place-mine = Of your crew
place-others = Others

category-search = Search for a kind
category-search-hint = For example lamp, leak, pothole
category-groups = All groups
category-mine = Of your department
category-none = No kind matches these words. Try one word, or choose a group.
category-change = Change kind
category-chosen = Kind
emergency-title = Is a life in danger? Call first.
emergency-112 = Emergency
emergency-199 = Fire service
emergency-166 = Ambulance
emergency-then = Then carry on recording here.
emergency-mark = Danger

timeline-title = History
timeline-claimed = time of the device, not confirmed
timeline-pending = not sent yet
timeline-concurrent = happened at the same time as something else
timeline-other = Update
