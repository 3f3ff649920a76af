# Staff at the kiosk: a visitor's call, the code, how it is, out of order. And what the office sees.
staff-call = Call staff
staff-call-what = A large sign that can be read from far away fills the whole screen, and there is a sound. The office gets a message saying which kiosk you are calling from. Nobody sees what you typed.
staff-call-meanwhile = Stay here. If you are in a hurry, go to the office of the municipality: the same can be done there.
staff-call-do = Yes, call staff
staff-call-back = No, back
staff-call-sign = Staff wanted here
staff-call-sign-other = Ζητείται υπάλληλος
staff-call-kiosk = Kiosk { $station }
staff-call-since = Since { $hour }
staff-call-told = The office has been told. Please stay here.
staff-call-not-told = The message has not reached the office yet. The sign is up; if nobody comes, go to the counter.
staff-call-until = The sign goes out by itself at { $hour }.
staff-call-came = Somebody came
staff-call-enough = No longer needed
staff-call-ended = The call ended and nobody had turned it off. If you still need help, call again or go to the office of the municipality.

staff-closed = This kiosk is out of order
staff-closed-other = Το κιόσκι δεν λειτουργεί τώρα. Πηγαίνετε στο γραφείο του δήμου.
staff-closed-what = You cannot report a fault or follow a request here. What was reported before is not lost.
staff-closed-instead = What you can do
staff-closed-counter = Go to the office of the municipality: the same can be done there, with a clerk.
staff-closed-call = Or call staff from here.
staff-closed-emergency = If somebody is in danger, call 112.

staff-enter = Staff
staff-title = Page for staff
staff-lead = For staff of the municipality. Ask the office for a code: it is shown there under “Devices”, beside the kiosk { $station }.
staff-code = Code
staff-code-hint = Eight digits, such as 1234 5678. Each code opens once.
staff-code-missing = Type the code that the office gave you.
staff-code-wrong = A code has eight digits. Look at it again, digit by digit.
staff-code-refused = The code does not open: it is wrong, has expired, was used, or is for another kiosk. Look at it again or ask for a new one.
staff-code-no-key = This kiosk has not spoken with the municipal server yet and knows no codes. Connect it to the network and try again in a while.
staff-unlock = Open
staff-shut = The page closed because nobody touched it for some minutes. Ask for a new code.
staff-kiosk = Kiosk
staff-queue = Waiting to be sent
staff-queue-what = { $requests ->
    [0] No request
    [one] 1 request
   *[other] { $requests } requests
  }, { $contacts ->
    [0] no contact details
    [one] 1 set of contact details
   *[other] { $contacts } sets of contact details
  }
staff-refused = Not accepted
staff-refused-count = { $count ->
    [one] 1 request: the office decides under “Devices”
   *[other] { $count } requests: the office decides under “Devices”
  }
staff-printer = Printer
staff-paper-no_printer = There is no printer
staff-paper-ready = Ready
staff-paper-low = Paper is running out
staff-paper-out = Out of paper
staff-paper-fault = Does not answer or has a fault
staff-paper-unknown = Unknown: a newer version says so
staff-last = Last exchange
staff-running = Exchanging now…
staff-version = Version
staff-disk = Free space
staff-disk-free = { $megabytes } MB
staff-disk-low = { $megabytes } MB: soon nothing can be saved
staff-state = State
staff-state-open = In order
staff-state-closed = Out of order
staff-exchange = Exchange now
staff-close = Out of order
staff-close-question = Put the kiosk out of order?
staff-close-what = Visitors will see that it is out of order and what to do. It stays so after a restart. What waits is sent as usual.
staff-close-confirm = Yes, out of order
staff-open = Back in order
staff-done-closed = The kiosk is out of order.
staff-done-open = The kiosk is in order again.
staff-end = Finish, to the visitors’ screen

kiosks-title = Kiosks
kiosks-lead = As each of them said the last time it spoke with the server.
kiosks-as-of = As of
kiosks-never = Has not said yet how it is
kiosks-calls = Visitor’s call
kiosks-calls-since = Since { $hour }
kiosks-calls-none = None
kiosks-need-called = A visitor calls for staff
kiosks-need-out_of_order = Out of order
kiosks-need-paper_out = Out of paper
kiosks-need-printer_fault = Trouble with the printer
kiosks-need-silent = Not seen for more than a day
kiosks-fine = Needs nobody
kiosks-code = Code for staff
kiosks-code-for = Code for the kiosk “{ $name }”
kiosks-code-until = Opens once, until { $hour }.
kiosks-code-what = Read it to your colleague who stands at the kiosk: “Staff”, then the eight digits. It works without a network there, too. That you asked for it was written down.

calls-title = { $count ->
    [one] A visitor calls for staff
   *[other] Visitors call for staff
  }
calls-where = { $name }, since { $hour }
calls-what = The sign at the kiosk goes out when somebody goes there and presses “Somebody came”.
