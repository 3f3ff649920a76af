# The paper that a citizen takes home. Nothing of what was reported.
paper-title = Proof of receipt
paper-number = Receipt number
paper-pin = Tracking code
paper-received = Received: { $when }
paper-subject = Subject: { $subject }
paper-applicant = Applicant: { $name }
paper-department = Department: { $department }
paper-due = Answer due by: { $day }
paper-follow = To follow it: at every kiosk of the municipality, with the two numbers or with the square held to the scanner. The protocol number is shown there once it is given.
paper-rights = The municipality has to answer within the time limit of the law. If it does not, you can turn to the Greek Ombudsman: 213 130 6600, synigoros.gr
paper-privacy = What you reported is not printed. Keep this paper: whoever has it can follow your request.
paper-privacy-application = Of what you wrote only your name is printed. Keep this paper: whoever has it can follow your application.
