# The voice of the kiosk, and what brings it near to whoever does not reach or does not see.
speech-listen = Listen
speech-bar = Voice
speech-again = Again
speech-stop = Stop
speech-slower = Slower
speech-faster = Faster
speech-softer = Softer
speech-louder = Louder
speech-intro = The voice is on. Touch a thing once to hear it, and a second time to choose it. What you type is not read aloud.
speech-button = button
speech-link = link
speech-field = field
speech-filled = something is written
speech-empty = empty
speech-chosen = chosen
speech-not-chosen = not chosen
speech-on = on
speech-off = off
speech-private = Personal, not read aloud
speech-other-language = Greek

kiosk-reach = Lower
kiosk-reach-below = Everything you touch is now in the lower half of the screen.
kiosk-reach-scroll = Scrolling
kiosk-reach-up = Further up
kiosk-reach-down = Further down
