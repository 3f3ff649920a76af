# Conflicts: two people wrote the same field differently without knowing of each other.
conflicts-lead = These records have two or more versions of the same field. All were kept; choose the one that stands.
conflicts-search = Search the conflicts
conflicts-empty = No conflict is waiting for a decision.
conflicts-empty-search = No conflict matches. Try fewer words.
conflicts-fields = They differ in: { $fields }
conflicts-column-record = Record
conflicts-column-place = Place
conflicts-column-fields = What differs

conflict-title = { $number } · { $count ->
    [one] 1 version
   *[other] { $count } versions
}
conflict-lead = Each field is decided once. The other version stays in the history; nothing is lost.
conflict-which = { $field }: which version stands?
conflict-now = Shown now
conflict-apart = Distance between the two points: { $distance }
conflict-metres = { $count } m
conflict-kilometres = { $count } km
conflict-empty-value = Empty
conflict-no-crew = No crew
conflict-no-day = No day
conflict-no-place = No place
conflict-mark = The words that differ are marked.
conflict-note = Why this one?
conflict-note-hint = It is written in the history with the decision.
conflict-save = Save the choice
conflict-none-chosen = Choose which version of “{ $field }” stands.
conflict-saved = The decision was saved { $hour }. The other version stays in the history.
conflict-already = Somebody else has already decided this. See below what stands now.
conflict-over = Nothing in this record waits for a decision any more.
conflict-record = Open the record
conflict-list = List of conflicts
conflict-not-allowed = Conflicts are decided by the desk.
