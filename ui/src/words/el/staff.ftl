# Το προσωπικό στο κιόσκι: κλήση από επισκέπτη, κωδικός, κατάσταση, εκτός λειτουργίας. Και η εικόνα του γραφείου.
staff-call = Καλέστε υπάλληλο
staff-call-what = Σε όλη την οθόνη θα φανεί μεγάλη επιγραφή που διαβάζεται από μακριά, και θα ακουστεί ένας ήχος. Το γραφείο παίρνει μήνυμα από ποιο κιόσκι καλείτε. Κανείς δεν βλέπει τι γράψατε.
staff-call-meanwhile = Μείνετε εδώ. Αν βιάζεστε, πηγαίνετε στο γραφείο του δήμου: εκεί γίνονται τα ίδια.
staff-call-do = Ναι, καλέστε υπάλληλο
staff-call-back = Όχι, πίσω
staff-call-sign = Ζητείται υπάλληλος
staff-call-sign-other = Staff wanted here
staff-call-kiosk = Κιόσκι { $station }
staff-call-since = Από τις { $hour }
staff-call-told = Το γραφείο ειδοποιήθηκε. Μείνετε εδώ.
staff-call-not-told = Το μήνυμα δεν έφτασε ακόμη στο γραφείο. Η επιγραφή φαίνεται· αν δεν έρθει κανείς, πηγαίνετε στο γκισέ.
staff-call-until = Η επιγραφή σβήνει μόνη της στις { $hour }.
staff-call-came = Ήρθε υπάλληλος
staff-call-enough = Δεν χρειάζεται πια
staff-call-ended = Η κλήση έληξε χωρίς να τη σβήσει κανείς. Αν χρειάζεστε ακόμη βοήθεια, καλέστε ξανά ή πηγαίνετε στο γραφείο του δήμου.

staff-closed = Το κιόσκι δεν λειτουργεί τώρα
staff-closed-other = This kiosk is out of order. Please go to the office of the municipality.
staff-closed-what = Δεν μπορείτε να αναφέρετε βλάβη ή να δείτε ένα αίτημα εδώ. Ό,τι είχε αναφερθεί πριν δεν χάθηκε.
staff-closed-instead = Τι μπορείτε να κάνετε
staff-closed-counter = Πηγαίνετε στο γραφείο του δήμου: γίνονται τα ίδια, με έναν υπάλληλο.
staff-closed-call = Ή καλέστε υπάλληλο από εδώ.
staff-closed-emergency = Αν κινδυνεύει κάποιος, καλέστε 112.

staff-enter = Προσωπικό
staff-title = Σελίδα προσωπικού
staff-lead = Για τους υπαλλήλους του δήμου. Ζητήστε κωδικό από το γραφείο: φαίνεται εκεί στις «Συσκευές», δίπλα στο κιόσκι { $station }.
staff-code = Κωδικός
staff-code-hint = Οκτώ ψηφία, όπως 1234 5678. Κάθε κωδικός ανοίγει μία φορά.
staff-code-missing = Γράψτε τον κωδικό που σας έδωσε το γραφείο.
staff-code-wrong = Ο κωδικός έχει οκτώ ψηφία. Δείτε τον ξανά, ψηφίο ψηφίο.
staff-code-refused = Ο κωδικός δεν ανοίγει: είναι λάθος, έληξε, έχει χρησιμοποιηθεί ή είναι για άλλο κιόσκι. Δείτε τον ξανά ή ζητήστε νέο.
staff-code-no-key = Το κιόσκι δεν έχει μιλήσει ακόμη με τον διακομιστή του δήμου, και δεν γνωρίζει κωδικούς. Συνδέστε το με το δίκτυο και δοκιμάστε σε λίγο.
staff-unlock = Άνοιγμα
staff-shut = Η σελίδα έκλεισε, γιατί δεν την άγγιξε κανείς για λίγα λεπτά. Ζητήστε νέο κωδικό.
staff-kiosk = Κιόσκι
staff-queue = Περιμένουν να σταλούν
staff-queue-what = { $requests ->
    [0] Κανένα αίτημα
    [one] 1 αίτημα
   *[other] { $requests } αιτήματα
  }, { $contacts ->
    [0] κανένα στοιχείο επικοινωνίας
    [one] 1 στοιχείο επικοινωνίας
   *[other] { $contacts } στοιχεία επικοινωνίας
  }
staff-refused = Δεν έγιναν δεκτά
staff-refused-count = { $count ->
    [one] 1 αίτημα: το γραφείο αποφασίζει στις «Συσκευές»
   *[other] { $count } αιτήματα: το γραφείο αποφασίζει στις «Συσκευές»
  }
staff-printer = Εκτυπωτής
staff-paper-no_printer = Δεν υπάρχει εκτυπωτής
staff-paper-ready = Έτοιμος
staff-paper-low = Τελειώνει το χαρτί
staff-paper-out = Τελείωσε το χαρτί
staff-paper-fault = Δεν απαντά ή έχει βλάβη
staff-paper-unknown = Άγνωστο: το λέει νεότερη έκδοση
staff-last = Τελευταία ανταλλαγή
staff-running = Ανταλλαγή τώρα…
staff-version = Έκδοση
staff-disk = Ελεύθερος χώρος
staff-disk-free = { $megabytes } MB
staff-disk-low = { $megabytes } MB: σε λίγο δεν θα αποθηκεύεται τίποτα
staff-state = Λειτουργία
staff-state-open = Σε λειτουργία
staff-state-closed = Εκτός λειτουργίας
staff-exchange = Ανταλλαγή τώρα
staff-close = Εκτός λειτουργίας
staff-close-question = Να βγει το κιόσκι εκτός λειτουργίας;
staff-close-what = Οι επισκέπτες θα βλέπουν ότι δεν λειτουργεί και τι να κάνουν. Μένει έτσι και μετά από επανεκκίνηση. Ό,τι περιμένει στέλνεται κανονικά.
staff-close-confirm = Ναι, εκτός λειτουργίας
staff-open = Επαναφορά σε λειτουργία
staff-done-closed = Το κιόσκι είναι εκτός λειτουργίας.
staff-done-open = Το κιόσκι λειτουργεί ξανά.
staff-end = Τέλος, στην οθόνη των επισκεπτών

kiosks-title = Κιόσκια
kiosks-lead = Όπως το είπε το καθένα την τελευταία φορά που μίλησε με τον διακομιστή.
kiosks-as-of = Στοιχεία ως
kiosks-never = Δεν έχει πει ακόμη πώς είναι
kiosks-calls = Κλήση επισκέπτη
kiosks-calls-since = Από τις { $hour }
kiosks-calls-none = Καμία
kiosks-need-called = Επισκέπτης καλεί υπάλληλο
kiosks-need-out_of_order = Εκτός λειτουργίας
kiosks-need-paper_out = Τελείωσε το χαρτί
kiosks-need-printer_fault = Πρόβλημα στον εκτυπωτή
kiosks-need-silent = Δεν φάνηκε πάνω από μία μέρα
kiosks-fine = Δεν χρειάζεται κάποιον
kiosks-code = Κωδικός για το προσωπικό
kiosks-code-for = Κωδικός για το κιόσκι «{ $name }»
kiosks-code-until = Ανοίγει μία φορά, ως τις { $hour }.
kiosks-code-what = Διαβάστε τον στον συνάδελφο που στέκεται μπροστά στο κιόσκι: «Προσωπικό», και μετά τα οκτώ ψηφία. Λειτουργεί και χωρίς δίκτυο εκεί. Γράφτηκε ότι τον ζητήσατε.

calls-title = { $count ->
    [one] Επισκέπτης καλεί υπάλληλο
   *[other] Επισκέπτες καλούν υπάλληλο
  }
calls-where = { $name }, από τις { $hour }
calls-what = Η επιγραφή στο κιόσκι σβήνει όταν πάει κάποιος και πατήσει «Ήρθε υπάλληλος».
