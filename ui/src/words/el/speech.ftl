# Η φωνή του κιόσκι, και ό,τι το φέρνει κοντά σε όποιον δεν φτάνει ή δεν βλέπει.
speech-listen = Ακούστε
speech-bar = Φωνή
speech-again = Ξανά
speech-stop = Σταμάτα
speech-slower = Πιο αργά
speech-faster = Πιο γρήγορα
speech-softer = Πιο σιγά
speech-louder = Πιο δυνατά
speech-intro = Η φωνή άνοιξε. Αγγίξτε κάτι μία φορά για να το ακούσετε, και δεύτερη φορά για να το διαλέξετε. Ό,τι γράφετε δεν διαβάζεται φωναχτά.
speech-button = κουμπί
speech-link = σύνδεσμος
speech-field = πεδίο
speech-filled = έχει γραφτεί κάτι
speech-empty = κενό
speech-chosen = επιλεγμένο
speech-not-chosen = όχι επιλεγμένο
speech-on = ανοιχτό
speech-off = κλειστό
speech-private = Προσωπικό, δεν διαβάζεται φωναχτά
speech-other-language = Αγγλικά

kiosk-reach = Πιο χαμηλά
kiosk-reach-below = Όλα όσα αγγίζετε είναι τώρα στο κάτω μισό της οθόνης.
kiosk-reach-scroll = Κύλιση
kiosk-reach-up = Προς τα πάνω
kiosk-reach-down = Προς τα κάτω
