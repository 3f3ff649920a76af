# Συσκευές του δήμου: ποιες είναι, πότε φάνηκαν, πρόσκληση και ανάκληση.
devices-not-allowed-title = Τις συσκευές τις διαχειρίζεται ο υπεύθυνος
devices-not-allowed = Για νέα συσκευή, χαμένη συσκευή ή αλλαγή συνεργείου μιλήστε με τον υπεύθυνο του γραφείου. Η δική σας δουλειά δεν επηρεάζεται.
devices-lead = Η λίστα έρχεται από τον διακομιστή του δήμου.
devices-read-at = Διαβάστηκε { $when }
devices-refresh = Ανανέωση
devices-offline = Δεν μπορούμε να ρωτήσουμε τώρα
devices-offline-body = Η λίστα των συσκευών βρίσκεται στον διακομιστή. Η υπόλοιπη δουλειά του γραφείου γίνεται κανονικά.
devices-old = Παρακάτω φαίνεται η λίστα όπως διαβάστηκε { $when }.
devices-count = { $count ->
    [one] 1 συσκευή
   *[other] { $count } συσκευές
}
devices-empty = Δεν έχει συνδεθεί ακόμη άλλη συσκευή. Φτιάξτε μια πρόσκληση.
devices-search = Αναζήτηση συσκευής
devices-empty-search = Καμία συσκευή δεν ταιριάζει.
devices-revoked-show = Και όσες έχουν ανακληθεί

device-role-crew = Συνεργείο
device-role-clerk = Υπάλληλος γραφείου
device-role-admin = Υπεύθυνος
device-role-kiosk = Κιόσκι
device-role-community = Κοινότητα
device-role-community-hint = Ανοίγει αιτήματα για κατοίκους και δηλώνει εργασίες που έγιναν.
device-role-crew-hint = Βλέπει τις εργασίες του και καταγράφει.
device-role-clerk-hint = Καταχωρίζει, χρεώνει, απαντά, αποφασίζει συγκρούσεις.
device-role-admin-hint = Ό,τι ο υπάλληλος, και διαχειρίζεται συσκευές.
device-role-kiosk-hint = Σημείο για το κοινό: αναφορές και πορεία αιτημάτων, τίποτε άλλο.
device-this = Αυτή η συσκευή
device-code = Κωδικός σταθμού
device-person = Ποιος τη χρησιμοποιεί
device-crew = Συνεργείο
device-communities = Κοινότητες
device-communities-all = Όλες
device-communities-count = { $count ->
    [one] 1 κοινότητα
   *[other] { $count } κοινότητες
}
device-seen = Φάνηκε τελευταία
device-seen-never = Δεν έχει συνδεθεί ακόμη
device-pending = Δεν είχαν σταλεί τότε
device-pending-count = { $count ->
    [0] Τίποτα
    [one] 1 αλλαγή
   *[other] { $count } αλλαγές
}
device-pin = Ανοίγει
device-pin-yes = Με PIN
device-pin-no = Χωρίς PIN: όποιος τη βρει διαβάζει ό,τι έχει
device-unsent = Τι δεν είχε στείλει η συσκευή «{ $name }»
device-unsent-new-request = Νέο αίτημα, που το έχει μόνο η συσκευή
device-unsent-new-asset = Νέο πάγιο, που το έχει μόνο η συσκευή
device-unsent-elsewhere = Εγγραφή που δεν βρίσκεται σε αυτόν τον υπολογιστή
device-unsent-later = Ό,τι αποθήκευσε μετά την τελευταία επαφή δεν φαίνεται εδώ.
device-unsent-since = από { $when }
device-unsent-more = { $count ->
    [one] Και 1 ακόμη εγγραφή
   *[other] Και { $count } ακόμη εγγραφές
}
device-unsent-contacts = { $count ->
    [one] Στοιχεία επικοινωνίας ενός ατόμου
   *[other] Στοιχεία επικοινωνίας { $count } ατόμων
}
device-unsent-photos = { $count ->
    [one] 1 φωτογραφία
   *[other] { $count } φωτογραφίες
}
device-refused-count = { $count ->
    [one] 1 δεν έγινε δεκτή
   *[other] { $count } δεν έγιναν δεκτές
}
device-version = Έκδοση
device-enrolled = Συνδέθηκε
device-revoked = Ανακλήθηκε { $when }
device-twice = Ίσως υπάρχει αντίγραφό της
device-twice-what = Στις { $when } ήρθε δεύτερη φορά μήνυμα με τον ίδιο αριθμό από αυτή τη συσκευή. Ίσως κάποιος αντέγραψε τον δίσκο της. Αν δεν ξέρετε γιατί, ανακαλέστε την και δώστε νέο κωδικό σε όποιον δουλεύει με αυτήν.
device-erased = Διαγράφηκε μόνη της { $when }
device-will-erase = Την επόμενη φορά που θα βρει δίκτυο θα παραδώσει ό,τι δεν έχει στείλει και θα διαγραφεί μόνη της.
device-silent = Δεν φάνηκε { $span }

device-change = Αλλαγή
device-change-title = Αλλαγή: { $name }
device-change-what = Η συσκευή το μαθαίνει στην επόμενη ανταλλαγή. Ό,τι έχει αποθηκεύσει ως τότε για τις παλιές κοινότητες γίνεται δεκτό· μετά παίρνει τις νέες εγγραφές και αφήνει όσες δεν την αφορούν.
device-change-save = Αποθήκευση αλλαγής
device-changed-now = Η συσκευή «{ $name }» άλλαξε. Θα το μάθει στην επόμενη ανταλλαγή.
device-reopen = Κωδικός ανοίγματος
device-reopen-for = Για τη συσκευή «{ $name }»
device-reopen-what = Για συσκευή που έκλεισε μετά από πολλές μέρες χωρίς επαφή, ή που κανείς δεν θυμάται PIN της. Διαβάστε τον σε όποιον τη βαστά, μόνο αν τον γνωρίζετε. Ισχύει μία φορά, έως { $when }.
device-revoke = Ανάκληση
device-revoke-question = Να ανακληθεί η συσκευή «{ $name }»;
device-revoke-what = Δεν θα παίρνει πια στοιχεία του δήμου. Την επόμενη φορά που θα βρει δίκτυο θα παραδώσει ό,τι δεν έχει στείλει και μετά θα διαγράψει όλα όσα έχει. Η ανάκληση δεν αναιρείται: για να ξαναδουλέψει χρειάζεται νέα πρόσκληση.
device-revoke-confirm = Ναι, ανάκληση
device-revoked-now = Η συσκευή «{ $name }» ανακλήθηκε.

refusals-title = Δεν έγιναν δεκτά
refusals-lead = Αλλαγές που ο διακομιστής δεν πήρε. Μένουν στη συσκευή που τις έγραψε, ώσπου να αποφασίσετε εδώ αν γράφονται.
refusals-empty = Ό,τι στάλθηκε έχει γίνει δεκτό.
refusals-open = Άνοιγμα εγγραφής
refusals-gone = Η εγγραφή δεν βρίσκεται σε αυτή τη συσκευή. Ίσως δεν έγινε ποτέ δεκτή από τον διακομιστή.
refusals-take = Να γραφτεί
refusals-take-all = Να γραφτούν όλες ({ $count })
refusals-take-all-question = Να γραφτούν και οι { $count } αλλαγές στις εγγραφές;
refusals-take-all-confirm = Ναι, να γραφτούν
refusals-take-what = Γράφονται με το δικό σας δικαίωμα. Όποια δεν επιτρέπεται ούτε σε εσάς μένει εδώ με τον λόγο της.
refusals-took = { $count ->
    [0] Δεν γράφτηκε καμία αλλαγή.
    [one] Γράφτηκε μία αλλαγή. Η συσκευή που την έστειλε θα το μάθει στην επόμενη ανταλλαγή.
   *[other] Γράφτηκαν { $count } αλλαγές. Οι συσκευές που τις έστειλαν θα το μάθουν στην επόμενη ανταλλαγή.
}
refusals-left = { $count ->
    [one] Μία αλλαγή δεν γράφτηκε· ο λόγος είναι δίπλα της.
   *[other] { $count } αλλαγές δεν γράφτηκαν· ο λόγος είναι δίπλα στην καθεμία.
}
refusals-not-taken = Δεν γράφτηκε: { $why }.
refusals-dismiss = Να μη γραφτεί
refusals-dismiss-question = Να μη γραφτεί αυτή η αλλαγή;
refusals-dismiss-confirm = Ναι, να μη γραφτεί
refusals-dismiss-what = Φεύγει από αυτή τη λίστα και η συσκευή που την έγραψε το μαθαίνει. Το κείμενο μένει στη συσκευή.
refusals-dismissed = Δεν θα γραφτεί. Η συσκευή «{ $name }» θα το μάθει στην επόμενη ανταλλαγή.
refusals-more = Δείξε και τις υπόλοιπες ({ $count })
refusal-waits = Στηρίζεται σε άλλη αλλαγή που δεν είναι εδώ
refusal-yours = Είναι αλλαγή αυτής της συσκευής: στείλτε την ξανά από την «Αποστολή»
refusal-too_large = Είναι πολύ μεγάλη
refusal-not_a_change = Δεν διαβάζεται ως αλλαγή
refusal-malformed = Έφτασε χαλασμένη
refusal-wrong_actor = Γράφτηκε με την ταυτότητα άλλης συσκευής
refusal-wrong_record = Ανήκει σε άλλη εγγραφή
refusal-sequence_reused = Η συσκευή χρειάζεται νέα σύνδεση: ίσως επανήλθε από παλιό αντίγραφο
refusal-bad_value = Έχει τιμή που δεν επιτρέπεται
refusal-fixed = Αλλάζει κάτι που δεν αλλάζει μετά την καταχώριση
refusal-not_allowed = Ο ρόλος της συσκευής δεν έχει αυτό το δικαίωμα
refusal-out_of_scope = Αφορά κοινότητα που δεν έχει η συσκευή

invite-title = Πρόσκληση συσκευής
invite-new = Νέα συσκευή
invite-role = Τι θα κάνει η συσκευή;
invite-name = Όνομα συσκευής
invite-name-hint = Όπως θα φαίνεται παντού, π.χ. «Συνεργείο 2 – Ηλεκτροφωτισμός».
invite-person = Ποιος θα τη χρησιμοποιεί
invite-crew-blank = Διαλέξτε συνεργείο
invite-communities = Σε ποιες κοινότητες θα δουλεύει;
invite-communities-hint = Με λιγότερες κοινότητες η πρώτη λήψη είναι πιο γρήγορη.
invite-communities-all = Σε όλες τις κοινότητες
invite-save = Έκδοση κωδικού
invite-name-missing = Γράψτε πώς θα λέγεται η συσκευή.
invite-person-missing = Γράψτε ποιος θα τη χρησιμοποιεί.
invite-crew-missing = Διαλέξτε σε ποιο συνεργείο ανήκει.
invite-communities-missing = Διαλέξτε τουλάχιστον μία κοινότητα ή όλες.
invite-ready = Ο κωδικός για τη συσκευή «{ $name }»
invite-expires = Ισχύει έως { $when }, για μία συσκευή.
invite-once = Ο κωδικός δεν φυλάγεται. Αν χαθεί, βγάλτε νέα πρόσκληση.
invite-qr = QR με τη διεύθυνση και τον κωδικό
invite-steps = Τι γίνεται στη νέα συσκευή
invite-step-1 = Ανοίξτε την εφαρμογή εκεί που υπάρχει δίκτυο.
invite-step-2 = Διαλέξτε «Διεύθυνση και κωδικό» και γράψτε:
invite-step-2-server = διεύθυνση { $server }
invite-step-2-code = κωδικό { $code }
invite-step-3 = Ή σαρώστε το QR και επικολλήστε το κείμενό του.
invite-step-4 = Περιμένετε να έρθουν τα δεδομένα. Μετά η συσκευή δουλεύει και χωρίς δίκτυο.
invite-link = Κείμενο του QR
invite-copy = Αντιγραφή κειμένου
invite-copied = Αντιγράφηκε
invite-another = Κι άλλη πρόσκληση
invite-list = Λίστα συσκευών
