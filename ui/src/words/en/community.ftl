# The community: what is entered for residents, what was done, how it stands.
nav-community = Community
community-title = My community
community-open = Open
community-late = Overdue
community-done = Done this month
community-oldest = Waiting longest
community-nothing-open = Nothing open in the community.
community-due = Municipality’s target: { $when }
community-due-past = The municipality’s target has passed: { $when }
community-resident = Request of a resident
community-memo = Memo of work done
community-urgent = Immediate repair of a fault
community-report = Monthly report
community-none = This device has no community. Ask the town hall to put it right.

community-resident-kind = What does the resident ask for?
community-resident-place = Where is it?
community-resident-words = What does the resident say?
community-resident-text-hint = A few words are enough. Names and phones only further down.
community-resident-save = Save the request
community-contact = Whom the municipality should tell
community-contact-hint = Optional. It is locked here and only the municipal office opens it: you will not see it again either, and it is not kept in the draft.
community-register = They want a protocol number
community-register-hint = The municipality gives it at the next exchange.

community-memo-title = Memo of work done
community-memo-kind = What work was done?
community-memo-place = Where was it done?
community-memo-words = When, and by whom?
community-memo-text = What was done
community-memo-text-hint = The technical service reads it, and it goes into the monthly report. Do not write names of citizens.
community-memo-on = Day it was done
community-memo-on-hint = Day/month/year, like { $example }; or eight digits in a row.
community-memo-on-missing = Write on which day it was done.
community-memo-by = Who did it
community-memo-by-hint = A municipal crew, a contractor, volunteers… It goes into the monthly report: no names of citizens.
community-memo-by-missing = Write who did the work.
community-memo-note = What was done
community-memo-save = Save the memo
community-memo-today = Today
community-memo-yesterday = Yesterday
community-memo-here = The work was done: memo

community-urgent-kind = What kind of fault is it?
community-urgent-place = Where is it?
community-urgent-words = What is happening, and what did you do?
community-urgent-text = What is happening
community-urgent-text-hint = A few words are enough. Do not write names or phones of citizens.
community-urgent-measures = Measures you took
community-urgent-measures-hint = E.g. the valve was closed, the service’s plumber was told.
community-urgent-measures-missing = Write what measures you took.
community-urgent-save = Save
community-urgent-call = The notice leaves with the next exchange. If it cannot wait, phone the service as well.

community-done-resident = The request was saved
community-done-memo = The memo was saved
community-done-urgent = The repair was recorded
community-pin = Tracking code
community-pin-hint = With the number and the code the resident can follow it at the kiosk. The code is not shown again.
community-again = Another request
community-again-memo = Another memo
community-again-urgent = Another fault
community-home = To the community

community-note = Note
community-note-hint = The town hall and the crew see it. Do not write names or phones.
community-note-save = Save the note
community-note-missing = Write something first.

did-executed = The community says it was done
did-urgent = Immediate measures of the community
channel-community = Community

report-month = Month
report-unfinished = The month is not over yet.
report-as-of = What this device knew at { $when }.
report-received = Asked for
report-done = Done
report-ended = Closed otherwise
report-open = Open now
report-late = Overdue now
report-group = Subject
report-group-other = Other
report-total = Total
report-groups = By subject
report-median = { $days ->
    [0] Half were done on the same day.
    [one] Half were done within 1 day.
   *[other] Half were done within { $days } days.
}
report-memos = Work that was done
report-memos-none = There are no memos of work for this month.
report-urgent = Immediate repairs
report-urgent-none = None.
report-by = By: { $who }
report-since = Since
report-due = Target
report-print = Print or PDF
report-public = What residents said is not in it. Before you post it, look that there are no names among the places and the work.
report-open-again = Opened again: somebody says that the trouble is still there.
community-loading = Requests are still coming: the numbers are not complete.
community-same-not = Whoever wants to be told, or a protocol number, needs a request of their own.
community-contact-not-ready = This device does not have the municipality’s key yet. Exchange once, or save without a contact.
community-memo-closed = The request was closed meanwhile. What you typed stays here; it can be saved if it is opened again.
report-cut = These are the first { $shown } of { $all }.
report-nothing = No requests.

# Works that are proposed.
proposals-title = Proposed works
proposals-new = New proposal
proposals-another = Another proposal
proposals-none = The community has proposed no works.
proposals-hint = The most important one comes first. The order counts once it is saved with the council’s decision.
proposals-up = Up: { $what }
proposals-down = Down: { $what }
proposals-moved = Place { $place } of { $of }
proposals-place = place { $place }
proposals-order = Order of the community
proposals-decision = Decision or meeting
proposals-decision-hint = E.g. Decision 5/2026 of the community council
proposals-decision-missing = Write from which decision or meeting the order is.
proposals-save = Save the order
proposals-open = Show it
proposals-closed = Answered by the municipality
proposals-cost = Estimated cost in euros
proposals-cost-hint = As far as you know, like 12.500
community-proposal-kind = What do you propose?
community-proposal-place = Where would it be?
community-proposal-words = Which works are needed?
community-proposal-text = The works
community-proposal-text-hint = What is needed and why. It is read in public.
community-proposal-save = Save the proposal
community-done-proposal = The proposal was saved
did-ranked = Order by the community’s council
proposals-unsaved = The order has not been saved yet.
proposals-changed = The order you see has not been saved, and another was saved meanwhile. Go on, or start over.
