# Μια συσκευή που κλειδώνει: ποιος είναι εδώ, και το PIN του.
lock-title = Η συσκευή είναι κλειδωμένη
lock-lead = Τα στοιχεία του Δήμου ανοίγουν μόνο με PIN, και χωρίς δίκτυο.
lock-who = Ποιος είστε;
lock-who-missing = Διαλέξτε ποιος είστε.
lock-pin = PIN
lock-pin-missing = Γράψτε το PIN σας.
lock-open = Άνοιγμα
lock-opening = Ανοίγει…
lock-wait = Πολλά λάθος PIN. Περιμένετε { $time } και δοκιμάστε ξανά.
lock-forgotten = Δεν θυμάστε το PIN; Κάποιος συνάδελφος που ανοίγει τη συσκευή βγάζει το όνομά σας και το βάζει ξανά με νέο PIN. Ό,τι δεν στάλθηκε μένει μέσα.

# Ποιοι ανοίγουν τη συσκευή.
people-title = Κλείδωμα με PIN
people-lead = Η συσκευή ανοίγει μόνο με το PIN ενός από αυτούς, και κλειδώνει μόνη της μετά από { $minutes } λεπτά χωρίς άγγιγμα. Όποιος πάρει τον δίσκο της δεν διαβάζει τίποτα.
people-none = Η συσκευή δεν κλειδώνει: όποιος την κρατά διαβάζει ό,τι έχει μέσα. Βάλτε PIN για όποιον δουλεύει με αυτή.
people-me = εσείς
people-first = Βάλε PIN
people-add = Κι άλλος με δικό του PIN
people-change = Άλλαξε το PIN μου
people-lock = Κλείδωσε τώρα
people-name = Όνομα
people-name-hint = Όπως θα φαίνεται στην κλειδωμένη οθόνη
people-pin = PIN
people-new = Νέο PIN
people-old = Το PIN μέχρι τώρα
people-pin-hint = Τουλάχιστον { $min } ψηφία ή γράμματα, όχι 123456
people-again = Το ίδιο PIN ξανά
people-again-other = Τα δύο PIN δεν είναι ίδια. Γράψτε ξανά και τα δύο.
people-save = Αποθήκευση
people-added = Αποθηκεύτηκε. Από εδώ και πέρα ανοίγει και με το PIN: { $name }.
people-changed = Το PIN σας άλλαξε.
people-remove = Βγάλε
people-remove-question = Να μην ανοίγει πια με το PIN: { $name };
people-remove-confirm = Ναι, βγάλε
people-removed = Δεν ανοίγει πια με το PIN: { $name }.
people-lost = Αν χαθούν όλα τα PIN, ό,τι δεν έχει σταλεί χάνεται μαζί τους. Βάλτε τουλάχιστον δύο πρόσωπα.
