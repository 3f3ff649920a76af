# Screens of the desk: inbox, case file, entering.
inbox-views = Quick lists
inbox-view-open = Open
inbox-view-late = Late
inbox-view-clash = In conflict
inbox-view-unheard = Closed, to check
inbox-view-executed = Memos of communities
inbox-view-every = All
inbox-waiting = Waiting for the desk
inbox-waiting-RECEIVED = New
inbox-waiting-PROTOCOLLED = Registered
inbox-waiting-REOPENED = Reopened
inbox-waiting-CANNOT_BE_DONE = Cannot be done
inbox-department-all = All departments
inbox-crew-all = All crews
inbox-status-all = Any state
inbox-sort = Order
inbox-sort-newest = Newest first
inbox-sort-oldest = Oldest first
inbox-sort-due = By due date
inbox-sort-priority = By priority
inbox-sort-place = By place
inbox-column-number = Number
inbox-column-what = What and where
inbox-column-status = State
inbox-column-due = Due
inbox-column-saved = Sending
inbox-late = late by { $span }
inbox-due = due { $when }
inbox-clash = Conflict
inbox-unheard = New report
inbox-circle = In a circle
inbox-empty-open = There is no open request. What is entered, or comes with the exchange, appears here.
inbox-empty-late = No open request is past its due time.
inbox-empty-clash = No conflict is waiting for a decision.
inbox-empty-executed = No community has sent a memo of work.
inbox-empty-unheard = No closed request has to be checked.
inbox-keys = ↑ ↓ in the list · Enter opens · F2 new request

combo-found = { $count ->
    [0] Nothing found
    [one] 1 result
   *[other] { $count } results
}
combo-none = Not found. Try fewer letters or another word.
combo-place = Community or settlement
combo-place-hint = Type a few letters, in Greek or in Latin letters.
combo-place-whole = the whole community
combo-place-part = settlement · { $community }
combo-category-hint = Type the caller’s own words: “lamp”, “water”, “rubbish”.

enter-lead = In the order of the phone call. Tab for the next field, Ctrl+Enter to save.
enter-kind = What is happening?
enter-where = Where?
enter-words = In the caller’s words
enter-words-hint = Leave out names and phone numbers: the text can be published. Contact details come with a later version.
enter-channel = How did it come?
enter-register = Asks for a protocol number
enter-register-hint = The number is given at the next exchange with the municipality.
enter-save = Enter the request
enter-category-missing = Choose from the list what is happening.
enter-community-missing = Choose a community or settlement: this kind needs a place.
enter-similar = Open ones of the same group in the same community
enter-similar-hint = If it is the same, give the caller this number. What you typed stays as a draft.
enter-done-title = The request was entered
enter-done-number = Receipt number
enter-done-say = Read it to the caller. It always finds the request.
enter-done-register = A protocol number was asked for too. It is given at the next exchange and will show in the case file.
enter-again = New request
enter-open = Open the case file

file-facts = Facts
file-actions = Actions
file-no-actions = Nothing can be done with this request from this device now.
file-saved = Saved on this device { $hour }. It leaves with the next exchange.
file-register = Register
file-register-waits = A protocol number will be given at the next exchange.
file-registered = Registered
file-answer-by = Answer at the latest
file-answer-by-past = The time to answer has passed
file-unassigned = Not assigned to a crew
file-concurrent-two = Two crews
file-concurrent = { $who } acted without knowing of each other. All acts were kept; they are marked in the history. If the state is not right, reopen or close the request.
file-clashes = Versions that wait for a decision
file-clash-value = “{ $value }”
file-clash-line = { $field }: { $values }
file-clash-or = or
file-clash-decide = Look and decide
file-cancel = Cancel
file-keys = Ctrl+Enter to save, Esc to go back.

file-assign = Assign
file-assign-title = Assign to a department
file-assign-department-hint = Suggested by the kind of request.
file-assign-crew-none = The department decides
file-assign-note = Instructions for the crew
file-assign-save = Save the assignment
file-department-missing = Choose a department.

file-answer = Answer
file-answer-title = Answer to the citizen
file-answer-text = Text of the answer
file-answer-hint = It is published. Leave out names and phone numbers.
file-answer-save = Save the answer
file-answer-missing = Write the answer.

file-close = Close
file-close-title = Close the request
file-close-outcome = How did it end?
file-close-resolved-hint = The work was done.
file-close-rejected-hint = With a reason from the list.
file-close-duplicate-hint = There already is another request about it.
file-close-forwarded-hint = Another authority is competent.
file-close-withdrawn-hint = Taken back by the person who reported it.
file-close-reason = Why is it not accepted?
file-close-reason-blank = Choose a reason
file-close-of = The original request
file-close-of-search = Find the original
file-close-of-none = No other request was found. Try a number or one word.
file-close-to = To whom is it forwarded?
file-close-to-hint = For example the region, the police, the water company
file-close-note = Note
file-close-save = Close the request
file-outcome-missing = Choose how it ended.
file-reason-missing = Choose a reason.
file-of-missing = Choose the original request.
file-to-missing = Write to which authority it is forwarded.

file-reopen = Reopen
file-reopen-reason = Why is it reopened?
file-reopen-save = Reopen
file-reopen-missing = Write why it is reopened.
file-unheard = Reported again, unknown to whoever closed it
file-unheard-hint = Read in the history what was said. If the trouble is still there, open it again.
file-circle = Joined with a request that was joined with it
file-circle-hint = Two desks joined the two requests without knowing of each other, and now nobody works on either. Open one of them again.
file-heard = It stays closed
file-heard-note = Why it stays closed (optional)
file-heard-save = It stays closed

file-edit = Correct
file-edit-title = Correct the facts
file-edit-lead = Only what you correct changes. What was there stays in the history.
file-edit-save = Save the correction
file-edit-nothing = You have not changed anything yet.

file-note = Note
file-note-title = Note in the history
file-note-text = Note
file-note-hint = The desk and the crews see it. Leave out names and phone numbers of citizens.
file-note-save = Save the note
file-note-missing = Write the note.
reporter-title = Who reported it
reporter-lead = The details are sealed. Whoever opens them is written down in the audit log, with the reason.
reporter-read-why = Why do you open them?
reporter-read-why-missing = Choose why you open the details.
read-reach = To contact them about the request
read-apply = To handle the application
read-asked_by_person = The person asked: access, correction or erasure
read-authority = An authority or court asks for them, by law
read-oversight = Data protection check
reporter-read = Open the details
reporter-name = Name
reporter-phone = Telephone
reporter-email = Email
reporter-where = Given
reporter-unreadable = There are details, but the key of the municipality does not open them. Tell the administrator.
reporter-awaited = The details have not come from the kiosk yet. Try again later.
reporter-erase = Erase the details
reporter-erase-question = Erase the details of whoever reported it, for good?
reporter-erase-lead = They are erased from the server now, and from the device where they were typed as soon as it is in touch. This cannot be undone. The request, its history and its number stay. What is in backups cannot be opened any more, as soon as the copy of the keys is renewed.
reporter-erase-application = If it is an application, what was stated and signed is erased too: look first whether the law wants it kept.
reporter-erase-open = The request is still open: after erasing, nobody can be told about it.
reporter-erase-why = Reason for erasing
reporter-erase-why-missing = Choose why they are erased.
reporter-erase-do = Erase for good
reporter-erased = The details were erased for good.
reporter-erased-when = Erased
reporter-erased-by = By
erase-asked_by_person = The person asked for it (GDPR, article 17)
erase-not_needed = They are not needed any more
erase-by_mistake = They were written by mistake
erase-by_rule = They were kept as long as the municipality keeps them
erase-unknown = Again, after a backup was restored
reporter-correct = Correct the details
reporter-correct-lead = They take the place of the old ones, which are erased for good (GDPR, article 16). What was stated in an application does not change.
reporter-correct-do = Save in the place of the old ones
reporter-corrected = The details were corrected.
reporter-give = File for the person
reporter-give-lead = Writes into a file what the municipality keeps of this person, and who has seen it (GDPR, article 15). Make sure first who is asking. The file is not locked: hand it over and delete it.
reporter-afm = tax number
reporter-same = Which of these are the same person's? Several people often share one telephone.
reporter-same-one = { $name }, { $number } (same: { $by })
reporter-same-nameless = Without a name
reporter-same-away = a request that is not on this device
reporter-same-none = No other request has the same telephone number, email address or tax number.
reporter-give-do = Write the file
reporter-given = { $count ->
    [one] One request was written: { $path }
   *[other] { $count } requests were written: { $path }
  }

# What the municipality keeps of people, and for how long.
kept-title = Citizens' details
kept-lead = How many personal details the municipality keeps, for how long, and how many were erased.
kept-may-not = Only the administrator of the municipality sees this.
kept-now = Now
kept-count = Requests with details
kept-soon = Will be erased within 30 days
kept-ruled = Last looked at
kept-ruled-never = Not yet
kept-rules = For how long
kept-rules-lead = From the day the request was closed and nothing was added any more. The rules stand in the settings of the server.
kept-others = All others
kept-all = All requests
kept-asked = Until somebody erases them
kept-days = { $days ->
    [one] 1 day
   *[other] { $days } days
  }
kept-erased = Erased in the last 12 months
kept-erased-none = None.

# Plans of civil protection.
plan-title = Emergency
plan-lead = While a plan is in force, crews see first what the plan puts first.
plan-which = Which plan?
plan-which-missing = Choose a plan.
plan-in-force = In force: { $plan }
plan-crew = What the plan puts first comes first in the list.
plan-others = Crews see first what the plan puts first.
plan-hears = Each device hears of it at its next exchange. One without a network goes on in the order it knew.
plan-begin = Put the plan into force
plan-begin-sure = Change the order of work of all crews?
plan-begin-do = Yes, put it into force
plan-end = End the plan
plan-end-sure = Go back to the usual order?
plan-end-do = Yes, it ends
plan-may-not = Only an office of the whole municipality puts a plan into force.

planning-title = Planning
planning-lead = Choose requests and give them to a crew together, for one day.
planning-list = Requests to plan
planning-form = To which crew, and when
planning-charged = Also those that have a crew already
planning-shown = { $first }–{ $last } of { $total }
planning-page-on = Choose all on this page
planning-page-off = Choose none on this page
planning-open = Open
planning-before = Previous
planning-next = Next
planning-empty = No open request is waiting for a crew.
planning-empty-filtered = No open request matches. Change the filters.
planning-chosen = Chosen requests
planning-none-chosen = Choose at least one request from the list.
planning-crew-missing = Choose a crew.
planning-day-needs-crew = To set a day, choose a crew as well.
planning-count = { $count ->
    [0] None chosen
    [one] 1 chosen
   *[other] { $count } chosen
}
planning-clear = Clear the choice
planning-day = Day
planning-day-hint = For example { $example }. Without a day the crew puts them into its own order.
planning-today = Today
planning-tomorrow = Tomorrow
planning-has = It has { $open } open, { $late } late.
planning-has-day = It has { $open } open, { $late } late, { $on_day } for that day.
planning-load = { $crew } · { $open } open
planning-load-day = { $crew } · { $open } open, { $on_day } on that day
planning-crews-near = With the skill, in this zone
planning-crews-able = With the skill, in another zone
planning-crews-others = Other crews
planning-save = Give to the crew
planning-saved = { $count ->
    [one] 1 request was given to { $crew }.
   *[other] { $count } requests were given to { $crew }.
}
planning-saved-day = { $count ->
    [one] 1 request was given to { $crew }, for { $day }.
   *[other] { $count } requests were given to { $crew }, for { $day }.
}
planning-refused = { $count ->
    [one] 1 request was not given
   *[other] { $count } requests were not given
}
planning-full = At most { $most } requests are given together. Give these, then go on.
