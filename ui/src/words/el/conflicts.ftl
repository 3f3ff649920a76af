# Συγκρούσεις: δύο άνθρωποι έγραψαν διαφορετικά το ίδιο πεδίο χωρίς να γνωρίζουν ο ένας για τον άλλο.
conflicts-lead = Εδώ είναι όσες εγγραφές έχουν δύο ή περισσότερες εκδοχές για το ίδιο πεδίο. Κρατήθηκαν όλες· διαλέξτε ποια ισχύει.
conflicts-search = Αναζήτηση στις συγκρούσεις
conflicts-empty = Καμία σύγκρουση δεν περιμένει απόφαση.
conflicts-empty-search = Καμία σύγκρουση δεν ταιριάζει. Δοκιμάστε λιγότερες λέξεις.
conflicts-fields = Διαφέρουν: { $fields }
conflicts-column-record = Εγγραφή
conflicts-column-place = Τόπος
conflicts-column-fields = Τι διαφέρει

conflict-title = { $number } · { $count ->
    [one] 1 εκδοχή
   *[other] { $count } εκδοχές
}
conflict-lead = Κάθε πεδίο αποφασίζεται μία φορά. Η άλλη εκδοχή μένει στο ιστορικό· τίποτα δεν χάνεται.
conflict-which = { $field }: ποια εκδοχή ισχύει;
conflict-now = Φαίνεται τώρα
conflict-apart = Απόσταση ανάμεσα στα δύο σημεία: { $distance }
conflict-metres = { $count } μ.
conflict-kilometres = { $count } χλμ.
conflict-empty-value = Κενό
conflict-no-crew = Χωρίς συνεργείο
conflict-no-day = Χωρίς μέρα
conflict-no-place = Χωρίς τόπο
conflict-mark = Σημειώνονται οι λέξεις που διαφέρουν.
conflict-note = Γιατί αυτή;
conflict-note-hint = Γράφεται στο ιστορικό μαζί με την απόφαση.
conflict-save = Αποθήκευση επιλογής
conflict-none-chosen = Διαλέξτε ποια εκδοχή ισχύει για το πεδίο «{ $field }».
conflict-saved = Η απόφαση αποθηκεύτηκε { $hour }. Η άλλη εκδοχή μένει στο ιστορικό.
conflict-already = Κάποιος άλλος αποφάσισε ήδη γι’ αυτό. Δείτε τι ισχύει τώρα παρακάτω.
conflict-over = Αυτή η εγγραφή δεν έχει πια κάτι που περιμένει απόφαση.
conflict-record = Άνοιγμα εγγραφής
conflict-list = Λίστα συγκρούσεων
conflict-not-allowed = Τις συγκρούσεις τις αποφασίζει το γραφείο.
