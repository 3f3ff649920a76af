# Οθόνες του γραφείου: εισερχόμενα, φάκελος αιτήματος, καταχώριση.
inbox-views = Γρήγορες λίστες
inbox-view-open = Ανοιχτά
inbox-view-late = Εκπρόθεσμα
inbox-view-clash = Σε σύγκρουση
inbox-view-unheard = Κλειστά προς έλεγχο
inbox-view-executed = Υπομνήματα κοινοτήτων
inbox-view-every = Όλα
inbox-waiting = Περιμένουν το γραφείο
inbox-waiting-RECEIVED = Νέα
inbox-waiting-PROTOCOLLED = Με πρωτόκολλο
inbox-waiting-REOPENED = Άνοιξαν ξανά
inbox-waiting-CANNOT_BE_DONE = Δεν γίνονται
inbox-department-all = Όλες οι υπηρεσίες
inbox-crew-all = Όλα τα συνεργεία
inbox-status-all = Κάθε κατάσταση
inbox-sort = Ταξινόμηση
inbox-sort-newest = Νεότερα πρώτα
inbox-sort-oldest = Παλαιότερα πρώτα
inbox-sort-due = Κατά προθεσμία
inbox-sort-priority = Κατά προτεραιότητα
inbox-sort-place = Κατά τόπο
inbox-column-number = Αριθμός
inbox-column-what = Τι και πού
inbox-column-status = Κατάσταση
inbox-column-due = Προθεσμία
inbox-column-saved = Αποστολή
inbox-late = εκπρόθεσμο { $span }
inbox-due = λήγει { $when }
inbox-clash = Σύγκρουση
inbox-unheard = Νέα αναφορά
inbox-circle = Σε κύκλο
inbox-empty-open = Δεν υπάρχει ανοιχτό αίτημα. Ό,τι καταχωρίζεται ή έρχεται με την ανταλλαγή εμφανίζεται εδώ.
inbox-empty-late = Κανένα ανοιχτό αίτημα δεν έχει περάσει την προθεσμία του.
inbox-empty-clash = Καμία σύγκρουση δεν περιμένει απόφαση.
inbox-empty-executed = Καμία κοινότητα δεν έχει στείλει υπόμνημα εργασίας.
inbox-empty-unheard = Κανένα κλειστό αίτημα δεν περιμένει έλεγχο.
inbox-keys = ↑ ↓ στη λίστα · Enter ανοίγει · F2 νέο αίτημα

combo-found = { $count ->
    [0] Δεν βρέθηκε τίποτα
    [one] 1 αποτέλεσμα
   *[other] { $count } αποτελέσματα
}
combo-none = Δεν βρέθηκε. Δοκιμάστε λιγότερα γράμματα ή άλλη λέξη.
combo-place = Κοινότητα ή οικισμός
combo-place-hint = Γράψτε λίγα γράμματα, ελληνικά ή greeklish.
combo-place-whole = όλη η κοινότητα
combo-place-part = οικισμός · { $community }
combo-category-hint = Γράψτε με τα λόγια του πολίτη: «λάμπα», «νερό», «σκουπίδια».

enter-lead = Με τη σειρά του τηλεφωνήματος. Tab για το επόμενο πεδίο, Ctrl+Enter για αποθήκευση.
enter-kind = Τι συμβαίνει;
enter-where = Πού;
enter-words = Με τα λόγια του πολίτη
enter-words-hint = Μη γράφετε ονόματα ή τηλέφωνα: το κείμενο μπορεί να δημοσιευθεί. Τα στοιχεία επικοινωνίας έρχονται με επόμενη έκδοση.
enter-channel = Πώς ήρθε;
enter-register = Ζητά αριθμό πρωτοκόλλου
enter-register-hint = Ο αριθμός δίνεται στην επόμενη ανταλλαγή με τον δήμο.
enter-save = Καταχώριση
enter-category-missing = Διαλέξτε από τη λίστα τι συμβαίνει.
enter-community-missing = Διαλέξτε κοινότητα ή οικισμό: για αυτό το είδος χρειάζεται τόπος.
enter-similar = Ανοιχτά της ίδιας ομάδας στην ίδια κοινότητα
enter-similar-hint = Αν είναι το ίδιο, δώστε στον πολίτη αυτόν τον αριθμό. Ό,τι γράψατε μένει πρόχειρο.
enter-done-title = Το αίτημα καταχωρίστηκε
enter-done-number = Αριθμός παραλαβής
enter-done-say = Διαβάστε τον στον πολίτη. Με αυτόν βρίσκεται πάντα το αίτημα.
enter-done-register = Ζητήθηκε και αριθμός πρωτοκόλλου. Θα δοθεί στην επόμενη ανταλλαγή και θα φανεί στον φάκελο.
enter-again = Νέο αίτημα
enter-open = Άνοιγμα φακέλου

file-facts = Στοιχεία
file-actions = Ενέργειες
file-no-actions = Από αυτή τη συσκευή δεν γίνεται τώρα κάποια ενέργεια σε αυτό το αίτημα.
file-saved = Αποθηκεύτηκε στη συσκευή { $hour }. Φεύγει στην επόμενη ανταλλαγή.
file-register = Πρωτοκόλληση
file-register-waits = Θα δοθεί αριθμός πρωτοκόλλου στην επόμενη ανταλλαγή.
file-registered = Πρωτοκολλήθηκε
file-answer-by = Απάντηση το αργότερο
file-answer-by-past = Η προθεσμία απάντησης πέρασε
file-unassigned = Δεν έχει χρεωθεί σε συνεργείο
file-concurrent-two = Δύο συνεργεία
file-concurrent = { $who } ενήργησαν χωρίς να γνωρίζουν το ένα για το άλλο. Κρατήθηκαν όλες οι ενέργειες· φαίνονται με σημείωση στο ιστορικό. Αν η κατάσταση δεν είναι σωστή, ανοίξτε ξανά ή κλείστε το αίτημα.
file-clashes = Εκδοχές που περιμένουν απόφαση
file-clash-value = «{ $value }»
file-clash-line = { $field }: { $values }
file-clash-or = ή
file-clash-decide = Δείτε και αποφασίστε
file-cancel = Άκυρο
file-keys = Ctrl+Enter για αποθήκευση, Esc για πίσω.

file-assign = Χρέωση
file-assign-title = Χρέωση σε υπηρεσία
file-assign-department-hint = Προτείνεται από το είδος του αιτήματος.
file-assign-crew-none = Θα το ορίσει η υπηρεσία
file-assign-note = Οδηγία προς το συνεργείο
file-assign-save = Αποθήκευση χρέωσης
file-department-missing = Διαλέξτε υπηρεσία.

file-answer = Απάντηση
file-answer-title = Απάντηση στον πολίτη
file-answer-text = Κείμενο απάντησης
file-answer-hint = Δημοσιεύεται. Μη γράφετε ονόματα ή τηλέφωνα.
file-answer-save = Αποθήκευση απάντησης
file-answer-missing = Γράψτε την απάντηση.

file-close = Κλείσιμο
file-close-title = Κλείσιμο αιτήματος
file-close-outcome = Πώς τελείωσε;
file-close-resolved-hint = Η εργασία έγινε.
file-close-rejected-hint = Με αιτιολογία από τη λίστα.
file-close-duplicate-hint = Υπάρχει ήδη άλλο αίτημα για το ίδιο.
file-close-forwarded-hint = Αρμόδια είναι άλλη αρχή.
file-close-withdrawn-hint = Το πήρε πίσω όποιος το ανέφερε.
file-close-reason = Γιατί δεν γίνεται δεκτό;
file-close-reason-blank = Διαλέξτε αιτιολογία
file-close-of = Το αρχικό αίτημα
file-close-of-search = Βρείτε το αρχικό
file-close-of-none = Δεν βρέθηκε άλλο αίτημα. Δοκιμάστε αριθμό ή μία λέξη.
file-close-to = Σε ποιον διαβιβάζεται;
file-close-to-hint = Π.χ. Περιφέρεια, Αστυνομία, ΔΕΥΑ
file-close-note = Σημείωση
file-close-save = Κλείσιμο αιτήματος
file-outcome-missing = Διαλέξτε πώς τελείωσε.
file-reason-missing = Διαλέξτε αιτιολογία.
file-of-missing = Διαλέξτε το αρχικό αίτημα.
file-to-missing = Γράψτε σε ποια αρχή διαβιβάζεται.

file-reopen = Άνοιγμα ξανά
file-reopen-reason = Γιατί ανοίγει ξανά;
file-reopen-save = Άνοιγμα ξανά
file-reopen-missing = Γράψτε γιατί ανοίγει ξανά.
file-unheard = Αναφέρθηκε ξανά, χωρίς να το ξέρει όποιος το έκλεισε
file-unheard-hint = Διαβάστε στο ιστορικό τι ειπώθηκε. Αν το πρόβλημα υπάρχει ακόμη, ανοίξτε το ξανά.
file-circle = Ενώθηκε με αίτημα που ενώθηκε με αυτό
file-circle-hint = Δύο γραφεία ένωσαν τα δύο αιτήματα χωρίς να το ξέρουν το ένα του άλλου, και τώρα δεν ασχολείται κανείς. Ανοίξτε ξανά το ένα.
file-heard = Μένει κλειστό
file-heard-note = Γιατί μένει κλειστό; (προαιρετικό)
file-heard-save = Μένει κλειστό

file-edit = Διόρθωση
file-edit-title = Διόρθωση στοιχείων
file-edit-lead = Αλλάζει μόνο ό,τι διορθώσετε. Το προηγούμενο μένει στο ιστορικό.
file-edit-save = Αποθήκευση διόρθωσης
file-edit-nothing = Δεν αλλάξατε κάτι ακόμη.

file-note = Σημείωση
file-note-title = Σημείωση στο ιστορικό
file-note-text = Σημείωση
file-note-hint = Τη βλέπουν το γραφείο και τα συνεργεία. Μη γράφετε ονόματα ή τηλέφωνα πολιτών.
file-note-save = Αποθήκευση σημείωσης
file-note-missing = Γράψτε τη σημείωση.
reporter-title = Ποιος το ανέφερε
reporter-lead = Τα στοιχεία είναι σφραγισμένα. Όποιος τα ανοίγει γράφεται στο ημερολόγιο ελέγχου, μαζί με τον λόγο.
reporter-read-why = Γιατί τα ανοίγετε;
reporter-read-why-missing = Διαλέξτε γιατί ανοίγετε τα στοιχεία.
read-reach = Για να επικοινωνήσω για το αίτημα
read-apply = Για να διεκπεραιώσω την αίτηση
read-asked_by_person = Το ζήτησε το πρόσωπο: πρόσβαση, διόρθωση ή διαγραφή
read-authority = Το ζητά αρχή ή δικαστήριο, βάσει νόμου
read-oversight = Έλεγχος προστασίας δεδομένων
reporter-read = Άνοιγμα στοιχείων
reporter-name = Όνομα
reporter-phone = Τηλέφωνο
reporter-email = Email
reporter-where = Δόθηκαν
reporter-unreadable = Υπάρχουν στοιχεία, αλλά δεν ανοίγουν με το κλειδί του δήμου. Ενημερώστε τον υπεύθυνο.
reporter-awaited = Τα στοιχεία δεν έχουν έρθει ακόμη από το κιόσκι. Δοκιμάστε αργότερα.
reporter-erase = Διαγραφή των στοιχείων
reporter-erase-question = Να διαγραφούν οριστικά τα στοιχεία όποιου το ανέφερε;
reporter-erase-lead = Διαγράφονται από τον διακομιστή τώρα, και από τη συσκευή όπου γράφτηκαν μόλις αυτή έρθει σε επαφή. Δεν αναιρείται. Το αίτημα, το ιστορικό του και ο αριθμός του μένουν. Όσα υπάρχουν σε αντίγραφα ασφαλείας δεν ανοίγουν πια, μόλις ανανεωθεί το αντίγραφο των κλειδιών.
reporter-erase-application = Αν είναι αίτηση, διαγράφεται και ό,τι δηλώθηκε και υπογράφηκε: ελέγξτε πρώτα αν ο νόμος ορίζει να φυλάσσεται.
reporter-erase-open = Το αίτημα είναι ακόμη ανοιχτό: μετά τη διαγραφή κανείς δεν θα μπορεί να ειδοποιηθεί.
reporter-erase-why = Λόγος διαγραφής
reporter-erase-why-missing = Διαλέξτε γιατί διαγράφονται.
reporter-erase-do = Οριστική διαγραφή
reporter-erased = Τα στοιχεία διαγράφηκαν οριστικά.
reporter-erased-when = Διαγράφηκαν
reporter-erased-by = Από
erase-asked_by_person = Το ζήτησε το πρόσωπο (ΓΚΠΔ, άρθρο 17)
erase-not_needed = Δεν χρειάζονται πια
erase-by_mistake = Γράφτηκαν κατά λάθος
erase-by_rule = Κρατήθηκαν όσο ορίζει ο δήμος
erase-unknown = Ξανά, μετά από επαναφορά αντιγράφου
reporter-correct = Διόρθωση των στοιχείων
reporter-correct-lead = Μπαίνουν στη θέση των παλιών, που διαγράφονται οριστικά (ΓΚΠΔ, άρθρο 16). Όσα δηλώθηκαν σε μια αίτηση δεν αλλάζουν.
reporter-correct-do = Αποθήκευση στη θέση των παλιών
reporter-corrected = Τα στοιχεία διορθώθηκαν.
reporter-give = Αρχείο για το πρόσωπο
reporter-give-lead = Γράφει σε ένα αρχείο όσα κρατά ο δήμος για αυτό το πρόσωπο και ποιος τα είδε (ΓΚΠΔ, άρθρο 15). Βεβαιωθείτε πρώτα ποιος το ζητά. Το αρχείο δεν είναι κλειδωμένο: δώστε το και σβήστε το.
reporter-afm = ΑΦΜ
reporter-same = Ποια από αυτά είναι του ίδιου προσώπου; Ένα τηλέφωνο το έχουν συχνά περισσότεροι.
reporter-same-one = { $name }, { $number } (ίδιο: { $by })
reporter-same-nameless = Χωρίς όνομα
reporter-same-away = αίτημα που δεν είναι σε αυτή τη συσκευή
reporter-same-none = Κανένα άλλο αίτημα δεν έχει το ίδιο τηλέφωνο, email ή ΑΦΜ.
reporter-give-do = Εγγραφή του αρχείου
reporter-given = { $count ->
    [one] Γράφτηκε ένα αίτημα: { $path }
   *[other] Γράφτηκαν { $count } αιτήματα: { $path }
  }

# Τι κρατά ο δήμος για πρόσωπα, και για πόσο.
kept-title = Στοιχεία πολιτών
kept-lead = Πόσα στοιχεία προσώπων κρατά ο δήμος, για πόσο, και πόσα διαγράφηκαν.
kept-may-not = Τα βλέπει μόνο ο υπεύθυνος του δήμου.
kept-now = Τώρα
kept-count = Αιτήματα με στοιχεία
kept-soon = Διαγράφονται μέσα σε 30 ημέρες
kept-ruled = Τελευταίος έλεγχος
kept-ruled-never = Όχι ακόμη
kept-rules = Για πόσο
kept-rules-lead = Από την ημέρα που έκλεισε το αίτημα και δεν προστέθηκε τίποτα πια. Οι κανόνες ορίζονται στις ρυθμίσεις του διακομιστή.
kept-others = Όλα τα άλλα
kept-all = Όλα τα αιτήματα
kept-asked = Ώσπου κάποιος να τα διαγράψει
kept-days = { $days ->
    [one] 1 ημέρα
   *[other] { $days } ημέρες
  }
kept-erased = Διαγράφηκαν τους τελευταίους 12 μήνες
kept-erased-none = Κανένα.

# Σχέδια πολιτικής προστασίας.
plan-title = Έκτακτη ανάγκη
plan-lead = Όταν ένα σχέδιο είναι σε ισχύ, τα συνεργεία βλέπουν πρώτα όσα ορίζει το σχέδιο.
plan-which = Ποιο σχέδιο;
plan-which-missing = Διαλέξτε σχέδιο.
plan-in-force = Σε ισχύ: { $plan }
plan-crew = Στη λίστα μπαίνουν πρώτα όσα ορίζει το σχέδιο.
plan-others = Τα συνεργεία βλέπουν πρώτα όσα ορίζει το σχέδιο.
plan-hears = Κάθε συσκευή το μαθαίνει στην επόμενη ανταλλαγή της. Όποια είναι χωρίς δίκτυο συνεχίζει με τη σειρά που ήξερε.
plan-begin = Ενεργοποίηση σχεδίου
plan-begin-sure = Να αλλάξει η σειρά εργασιών όλων των συνεργείων;
plan-begin-do = Ναι, να ισχύσει
plan-end = Λήξη του σχεδίου
plan-end-sure = Να ξαναγίνει η συνηθισμένη σειρά;
plan-end-do = Ναι, λήγει
plan-may-not = Σχέδιο βάζει σε ισχύ μόνο γραφείο όλου του Δήμου.

planning-title = Προγραμματισμός
planning-lead = Διαλέξτε αιτήματα και δώστε τα μαζί σε ένα συνεργείο, για μια μέρα.
planning-list = Αιτήματα προς προγραμματισμό
planning-form = Σε ποιο συνεργείο και πότε
planning-charged = Και όσα έχουν ήδη συνεργείο
planning-shown = { $first }–{ $last } από { $total }
planning-page-on = Επιλογή όλων αυτής της σελίδας
planning-page-off = Αποεπιλογή όλων αυτής της σελίδας
planning-open = Άνοιγμα
planning-before = Προηγούμενα
planning-next = Επόμενα
planning-empty = Κανένα ανοιχτό αίτημα δεν περιμένει συνεργείο.
planning-empty-filtered = Κανένα ανοιχτό αίτημα δεν ταιριάζει. Αλλάξτε τα φίλτρα.
planning-chosen = Επιλεγμένα αιτήματα
planning-none-chosen = Διαλέξτε τουλάχιστον ένα αίτημα από τη λίστα.
planning-crew-missing = Διαλέξτε συνεργείο.
planning-day-needs-crew = Για να οριστεί μέρα διαλέξτε και συνεργείο.
planning-count = { $count ->
    [0] Κανένα επιλεγμένο
    [one] 1 επιλεγμένο
   *[other] { $count } επιλεγμένα
}
planning-clear = Καθαρισμός επιλογής
planning-day = Μέρα
planning-day-hint = Για παράδειγμα { $example }. Χωρίς μέρα το συνεργείο τα βάζει στη σειρά του.
planning-today = Σήμερα
planning-tomorrow = Αύριο
planning-has = Έχει { $open } ανοιχτά, { $late } εκπρόθεσμα.
planning-has-day = Έχει { $open } ανοιχτά, { $late } εκπρόθεσμα, { $on_day } για εκείνη τη μέρα.
planning-load = { $crew } · { $open } ανοιχτά
planning-load-day = { $crew } · { $open } ανοιχτά, { $on_day } εκείνη τη μέρα
planning-crews-near = Με την ειδικότητα, σε αυτή τη ζώνη
planning-crews-able = Με την ειδικότητα, σε άλλη ζώνη
planning-crews-others = Υπόλοιπα συνεργεία
planning-save = Χρέωση στο συνεργείο
planning-saved = { $count ->
    [one] 1 αίτημα χρεώθηκε: { $crew }.
   *[other] { $count } αιτήματα χρεώθηκαν: { $crew }.
}
planning-saved-day = { $count ->
    [one] 1 αίτημα χρεώθηκε: { $crew }, { $day }.
   *[other] { $count } αιτήματα χρεώθηκαν: { $crew }, { $day }.
}
planning-refused = { $count ->
    [one] 1 αίτημα δεν χρεώθηκε
   *[other] { $count } αιτήματα δεν χρεώθηκαν
}
planning-full = Μαζί χρεώνονται έως { $most } αιτήματα. Χρεώστε αυτά και συνεχίστε.
