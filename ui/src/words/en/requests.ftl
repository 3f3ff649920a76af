requests-title = Requests
requests-search = Search requests
requests-search-hint = Words, place or number
requests-empty = There are no requests on the device.
requests-empty-filtered = No request matches. Try fewer words, or remove the filters.
requests-state = State
requests-state-open = Open
requests-state-closed = Closed
requests-state-all = All
requests-community = Community
requests-community-all = All communities
requests-group = Group
requests-group-all = All groups
requests-late = Only those that are late
requests-late-mark = Late

case-title = Request
case-receipt-number = Receipt number
case-protocol-number = Protocol number
case-awaits-number = A protocol number was asked for; it will come with the exchange.
case-place = Place
case-text = Description
case-no-text = No description
case-channel = How it came
case-received = Date of receipt
case-due = Target
case-answer-by = Answer by
case-department = Department
case-crew = Crew
case-asset = Asset
case-answer = Public answer
case-materials = Materials used
case-position = Position
case-position-accuracy = accuracy { $metres } m
case-saved = State of sending
case-clash = There are two versions of this request. Both were kept; the office will decide.
case-duplicate-of = Duplicate of another request
case-open-original = See the original
similar-title = Is it the same?
similar-hint = An open request of the same kind. If it is the same, what you wrote and the photos are added there.
similar-count = { $count } open
similar-asset = the same asset
similar-metres = { $metres } m from the point
similar-village = in the same community
similar-same = Yes, it is the same
similar-register = Whoever asks for a protocol number needs a request of their own. Take out the tick, or save a new one.
similar-open = See it
similar-done-title = Noted on the request that was there
similar-done-hint = No second request was begun. By this number it can always be found, also without network.
joined-title = Others reported it, too
joined-supports = { $count ->
    [one] Reported once more.
   *[other] Reported { $count } more times.
  }
joined-requests = { $count ->
    [one] One request was joined with this one:
   *[other] { $count } requests were joined with this one:
  }
case-work = Open the job
case-worked = Time worked
worked-hours = { $hours } h
worked-minutes = { $minutes } min
case-team = Working on it
case-worked-people = all together { $span }
